# One image for the worker, the scheduler, the API and Flower; the compose file says which of them runs.
# Another image, as by digest: --build-arg PYTHON_IMAGE=python@sha256:… (Python 3.12, Debian 12).
ARG PYTHON_IMAGE=python:3.12.12-slim-bookworm
FROM ${PYTHON_IMAGE}

RUN useradd --create-home --uid 10001 glueline
WORKDIR /app
COPY requirements-image.txt ./
# Each file has to have its hash; the projects themselves are built from here, without the network.
RUN pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements-image.txt
COPY producer producer
COPY worker worker
RUN pip install --no-cache-dir --no-index --no-deps --no-build-isolation ./producer ./worker

USER glueline
WORKDIR /home/glueline
STOPSIGNAL SIGTERM
ENTRYPOINT []
CMD ["glueline", "worker"]
