# Crema in production. Written with care but never built where it was written (no Docker engine at hand): treat the
# first build as a test.
#
# The database is somebody else's: set DATABASE_URL. The embedded PostgreSQL is for trying Crema out.

FROM node:26-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc .puppeteerrc.cjs ./
# Install scripts stay off: the only ones needed are those of the embedded PostgreSQL, which the image does not use.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
# The canvas binding is an optional dependency of its package, one per platform: only it is added back.
RUN npm ls @napi-rs/canvas >/dev/null 2>&1 || true \
 && npm install --no-save --ignore-scripts --no-audit --no-fund "canvas@npm:@napi-rs/canvas@$(node -p "require('./package.json').dependencies.canvas.split('@').at(-1)")"

FROM node:26-bookworm-slim
# tini reaps what Chromium leaves behind and passes signals on. Chromium is Debian's, for PDF pages. No fonts: charts and
# pages use the bundled ones only (docs/decisions/pdf.md).
RUN apt-get update \
 && apt-get install --yes --no-install-recommends tini chromium ca-certificates \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
    LANG=C.UTF-8 \
    PORT=3000 \
    CREMA_HOME=/var/lib/crema/home \
    PUPPETEER_EXECUTABLE_PATH=/usr/bin/chromium
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE crema.example.yaml ./
COPY migrations ./migrations
COPY templates ./templates
COPY src ./src
RUN useradd --system --create-home --home-dir /var/lib/crema --shell /usr/sbin/nologin crema \
 && mkdir -p /var/lib/crema/home && chown -R crema:crema /var/lib/crema
USER crema
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "src/main.ts"]
CMD ["start"]
