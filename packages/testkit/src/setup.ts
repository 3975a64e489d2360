import nock from "nock";
import { afterAll, afterEach, beforeAll, expect } from "vitest";

const LOOPBACK = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/)/;
const unmatched: string[] = [];
const onNoMatch = (request: Request): void => {
  if (!LOOPBACK.test(request.url)) unmatched.push(`${request.method} ${request.url}`);
};

beforeAll(() => {
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
  nock.enableNetConnect("127.0.0.1");
  nock.emitter.on("no match", onNoMatch);
});

// Every nock test ends with nothing left to request, and without a request that nobody expected.
afterEach(() => {
  const pending = nock.pendingMocks();
  const missed = unmatched.splice(0);
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.disableNetConnect();
  nock.enableNetConnect("127.0.0.1");
  expect({ pending, missed }, "nock: interceptors left over / requests without an interceptor").toEqual({
    pending: [],
    missed: [],
  });
});

afterAll(() => {
  nock.emitter.off("no match", onNoMatch);
  nock.enableNetConnect();
  nock.restore();
});
