"""The stored objects of S3 with their properties, and uploads in parts."""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import NamedTuple

from glueline_simulator.catalogue.account_state import AwsState
from glueline_simulator.errors import AwsError

_MOST_STORED = 512 * 1024 * 1024
_SMALLEST_PART = 5 * 1024 * 1024
_STARTED = formatdate(usegmt=True)

ObjectPlace = tuple[str, str]
"""Bucket and key."""


class ObjectProperties(NamedTuple):
    """What S3 states of an object besides its content."""

    etag: str
    modified: str = _STARTED
    encryption: dict[str, str] = {}  # noqa: RUF012 - nobody changes it
    """The headers of server-side encryption, which answers repeat."""

    def check_etag(self, wanted: str) -> None:
        """Raise PreconditionFailed when a caller names another ETag than this."""
        if wanted and wanted != "*" and wanted.strip('"') != self.etag.strip('"'):
            raise _make_precondition_error()


@dataclass(slots=True)
class Upload:
    """An upload in parts that is not complete."""

    place: ObjectPlace
    encryption: dict[str, str]
    parts: dict[int, bytes] = field(default_factory=dict)


class Preconditions(NamedTuple):
    """The headers of a conditional write."""

    if_match: str = ""
    if_none_match: str = ""


class ObjectStore:
    """Objects by bucket and key, and uploads by id. All are held in memory."""

    def __init__(self, state: AwsState) -> None:
        self._state = state
        self._properties: dict[ObjectPlace, ObjectProperties] = {}
        self._numbers = itertools.count(1)
        self._bytes = sum(map(len, state.objects.values()))
        self.uploads: dict[str, Upload] = {}

    def find(self, place: ObjectPlace) -> tuple[bytes, ObjectProperties]:
        """Return an object; raises NoSuchKey."""
        body = self._state.object(*place)
        if body is None:
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
        known = self._properties.get(place)
        return body, known or ObjectProperties(compute_etag(body))

    def put(
        self,
        place: ObjectPlace,
        body: bytes,
        encryption: dict[str, str],
        conditions: Preconditions,
        etag: str = "",
    ) -> ObjectProperties:
        """Store an object in place of another, unless a condition does not hold."""
        self._check(place, conditions)
        self._grow(len(body) - len(self._state.objects.get(place, b"")))
        self._state.objects[place] = body
        made = ObjectProperties(etag or compute_etag(body), formatdate(usegmt=True), encryption)
        self._properties[place] = made
        return made

    def delete(self, place: ObjectPlace) -> None:
        """Delete an object, if there is one."""
        self._properties.pop(place, None)
        self._bytes -= len(self._state.objects.pop(place, b""))

    def start(self, place: ObjectPlace, encryption: dict[str, str]) -> str:
        """Start an upload and return its id."""
        upload_id = f"upload-{next(self._numbers):08d}"
        self.uploads[upload_id] = Upload(place, encryption)
        return upload_id

    def find_upload(self, upload_id: str, place: ObjectPlace) -> Upload:
        """Return an upload; raises NoSuchUpload."""
        upload = self.uploads.get(upload_id)
        if upload is None or upload.place != place:
            raise AwsError("NoSuchUpload", "The specified upload does not exist.", 404)
        return upload

    def put_part(self, upload: Upload, number: int, body: bytes) -> str:
        """Store a part in place of an earlier one and return its ETag."""
        self._grow(len(body) - len(upload.parts.get(number, b"")))
        upload.parts[number] = body
        return compute_etag(body)

    def complete(
        self,
        upload_id: str,
        place: ObjectPlace,
        listed: Sequence[tuple[int, str]],
        conditions: Preconditions,
    ) -> ObjectProperties:
        """Make an object of the parts, which are given with their ETags."""
        upload = self.find_upload(upload_id, place)
        bodies = _pick_parts(upload, listed)
        self._check(place, conditions)
        digests = b"".join(hashlib.md5(each, usedforsecurity=False).digest() for each in bodies)
        digest = hashlib.md5(digests, usedforsecurity=False).hexdigest()
        self.abort(upload_id, place)
        etag = f'"{digest}-{len(bodies)}"'
        return self.put(place, b"".join(bodies), upload.encryption, Preconditions(), etag)

    def abort(self, upload_id: str, place: ObjectPlace) -> None:
        """Drop an upload and its parts."""
        upload = self.find_upload(upload_id, place)
        self._bytes -= sum(map(len, upload.parts.values()))
        del self.uploads[upload_id]

    def list_uploads(self, bucket: str, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield key and id of the uploads of a bucket, in the order of keys."""
        found = (
            (upload.place[1], upload_id)
            for upload_id, upload in self.uploads.items()
            if upload.place[0] == bucket and upload.place[1].startswith(prefix)
        )
        yield from sorted(found)

    def _check(self, place: ObjectPlace, conditions: Preconditions) -> None:
        if conditions.if_match:
            self.find(place)[1].check_etag(conditions.if_match)
        if conditions.if_none_match == "*" and self._state.object(*place) is not None:
            raise _make_precondition_error()

    def _grow(self, size: int) -> None:
        if self._bytes + size > _MOST_STORED:
            message = "The simulator keeps no more than 512 MiB of objects."
            raise AwsError("EntityTooLarge", message)
        self._bytes += size


def _make_precondition_error() -> AwsError:
    message = "At least one of the pre-conditions you specified did not hold"
    return AwsError("PreconditionFailed", message, 412)


def compute_etag(body: bytes) -> str:
    """Compute the ETag of an object that is stored in one part."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def _pick_parts(upload: Upload, listed: Sequence[tuple[int, str]]) -> list[bytes]:
    """Return the content of the listed parts; raises the errors of S3."""
    numbers = [number for number, _ in listed]
    if not numbers or numbers != sorted(set(numbers)):
        message = "The list of parts was not in ascending order."
        raise AwsError("InvalidPartOrder", message)
    for number, etag in listed:
        if number not in upload.parts or compute_etag(upload.parts[number]) != f'"{etag}"':
            message = "One or more of the specified parts could not be found."
            raise AwsError("InvalidPart", message)
    bodies = [upload.parts[number] for number in numbers]
    if any(len(body) < _SMALLEST_PART for body in bodies[:-1]):
        message = "Your proposed upload is smaller than the minimum allowed size"
        raise AwsError("EntityTooSmall", message)
    return bodies
