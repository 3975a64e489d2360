// Loaded before a README's snippet: sends what is meant for the clouds to the emulator, and lets time run faster, so that
// a snippet is run as it stands, with the pauses and lags that the adapters declare.
const speed = Number(process.env["GPUPORT_TEST_SPEED"]);
const routes = JSON.parse(process.env["GPUPORT_TEST_ROUTES"] ?? "{}");

const { fetch: realFetch, setTimeout: realSetTimeout } = globalThis;
const realNow = Date.now;
const started = realNow();
Date.now = () => started + (realNow() - started) * speed;
globalThis.setTimeout = Object.assign(
  (work, ms = 0, ...rest) => realSetTimeout(work, ms / speed, ...rest),
  realSetTimeout,
);

globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const to = Object.entries(routes).find(([from]) => request.url.startsWith(from));
  return realFetch(to === undefined ? request : new Request(request.url.replace(to[0], to[1]), request));
};
