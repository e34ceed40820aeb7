// The browser comes from PUPPETEER_EXECUTABLE_PATH, an installed Chrome, or @sparticuz/chromium: never from a download at install time.
module.exports = { skipDownload: true };
