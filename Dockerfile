# One image for the worker, the scheduler, the API and Flower; the compose file says which of them runs.
FROM python:3.12-slim

RUN useradd --create-home --uid 10001 glueline
WORKDIR /app
COPY constraints.txt ./
COPY producer producer
COPY worker worker
RUN PIP_CONSTRAINT=constraints.txt pip install --no-cache-dir './producer[api,otel]' './worker[postgres,flower,otel]'

USER glueline
WORKDIR /home/glueline
STOPSIGNAL SIGTERM
ENTRYPOINT []
CMD ["glueline", "worker"]
