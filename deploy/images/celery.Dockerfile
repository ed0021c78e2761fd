# A Celery worker, as an example for yours: your tasks, and one line (docs/recipes/celery.md):
#
#   docker build -f deploy/images/celery.Dockerfile -t taskwire-celery .
#
# Give it a volume of its own at /var/lib/taskwire: the outboxes have to outlive the container.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
COPY clients/python/pyproject.toml clients/python/README.md ./
COPY clients/python/src src
RUN python -m venv --system-site-packages /opt/venv && /opt/venv/bin/pip install --no-cache-dir . 'celery[redis]'

FROM ${PYTHON_IMAGE}
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY examples/secretflow-worker/tasks.py ./
RUN mkdir -p /var/lib/taskwire && chown 1000:1000 /var/lib/taskwire
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TASKWIRE_DATA_DIR=/var/lib/taskwire
USER 1000:1000
VOLUME /var/lib/taskwire
# Over the broker, as anything that Celery's workers are asked.
HEALTHCHECK --interval=30s --timeout=15s --start-period=30s --retries=3 \
  CMD ["sh", "-c", "exec python -m celery -A tasks --quiet inspect ping --timeout 5 --destination celery@$HOSTNAME"]
# Celery finishes what it runs, and takes nothing new.
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "celery", "-A", "tasks"]
CMD ["worker", "--loglevel=INFO", "--concurrency=2"]
