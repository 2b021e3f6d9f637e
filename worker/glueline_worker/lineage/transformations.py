"""What a step does to the values of a column, and the functions that hide them."""

from glueline.contract.lineage import Transformation
from glueline_worker.lineage.word_sets import split_words

TRANSFORMATIONS: tuple[Transformation, ...] = (
    "identity",
    "transformation",
    "aggregation",
    "masking",
)
"""From the weakest to the strongest. Of several steps one after the other the strongest counts."""
_ALONG: tuple[Transformation | None, ...] = ("identity", None, *TRANSFORMATIONS[1:])
"""The same, with steps of which it is not known what they do."""
_BESIDE: tuple[Transformation | None, ...] = (
    None,
    "masking",
    "identity",
    "transformation",
    "aggregation",
)
"""From the weakest to the strongest of ways beside each other. A value is masked only if all ways
mask it: a reader must not take values for hidden that are plain to see."""
MASKING_FUNCTIONS = split_words(
    "aes_encrypt binary_checksum checksum crc32 farm_fingerprint fnv_hash hash hash_agg hash_md5 "
    "hashbytes hmac hmac_md5 hmac_sha1 hmac_sha256 hmac_sha512 mask mask_first_n mask_hash "
    "mask_last_n mask_show_first_n mask_show_last_n md5 md5_number md5_number_lower64 "
    "md5_number_upper64 murmur3 murmur3_32_hash murmur3hash ora_hash sha sha1 sha1_binary sha1_hex "
    "sha2 sha224 sha256 sha2_binary sha2_hex sha384 sha512 spooky_hash_v2_32 spooky_hash_v2_64 "
    "standard_hash try_aes_encrypt xxhash64"
)
"""Functions of SQL engines and of Spark whose results hide the values."""


def compare_types(before: str, after: str) -> Transformation:
    """Return what a mapping from one type to another does: a cast is a transformation.

    Where one of the types is not given, there is no cast.
    """
    before, after = before.strip().lower(), after.strip().lower()
    return "transformation" if before and after and before != after else "identity"


def get_stronger(one: Transformation, other: Transformation) -> Transformation:
    """Return what two steps one after the other do together."""
    return max(one, other, key=rank_along)


def rank_along(way: Transformation | None) -> int:
    """Return the rank of a step before or after others; the highest says what they do together."""
    return _ALONG.index(way)


def rank_beside(way: Transformation | None) -> int:
    """Return the rank of a way beside others; the highest says what they are together."""
    return _BESIDE.index(way)
