/** What can be set about the emulated Vast.ai. Times are milliseconds of the emulator's clock. */
export interface VastSettings {
  readonly apiKey: string;
  readonly username: string;
  /** Spendable dollars. A create with none is refused as `insufficient_credit`. */
  readonly credit: number;
  readonly balance: number;
  /** So many machines stand in the market; each is offered whole and in halves down to one GPU. */
  readonly machines: number;
  /** Most rows one search answers. */
  readonly searchCap: number;

  /** From the create until reads show the row. */
  readonly visibleAfterMs: number;
  /** From the create until the host reports `loading`. */
  readonly reportMs: number;
  /** How long the image loads. */
  readonly loadMs: number;
  /** From `created` to `running`. */
  readonly startMs: number;
  /** From a stop until the container reads `exited`. */
  readonly stopMs: number;
  /** After a start: how long the row still reads `exited`. */
  readonly startLagMs: number;
  readonly rebootMs: number;
  /** How long the list goes on showing a destroyed row, as `unloaded`. The single read is null at once. */
  readonly lingerMs: number;
  /** From the moment a machine is free until it is offered again, under new offer ids. */
  readonly relistMs: number;
  /** From asking for logs or a command until `result_url` answers 200. */
  readonly resultMs: number;
  /** From the destroy of an instance until its volumes can be used again. */
  readonly volumeReleaseMs: number;

  /** What a wrong key gets; the published sources disagree. */
  readonly badKeyStatus: 401 | 403 | 404;
  /** What a single read of an instance that is not there gets. */
  readonly missingAs: "null" | "404" | "empty";
  /** How the withdrawn v0 list answers. */
  readonly v0List: "410" | "200_error" | "200_empty";
  /** Which answer an offer that is gone gets; "natural" is 404 for an unknown id and 410 for a busy machine. */
  readonly offerGoneAs: "natural" | 400 | 404 | 410;
  /** Status of the answers that refuse and yet carry `new_contract`. */
  readonly newContractStatus: number;
  /** Status of `insufficient_credit`. */
  readonly creditStatus: 200 | 400;
  /**
   * A start that finds its GPU taken is queued. "running": `intended_status` says so, and it runs once the GPU is free;
   * "stopped": the row does not change and nothing ever comes of it.
   */
  readonly queuedStart: "running" | "stopped";
  /** What `ports` is while nothing is mapped. */
  readonly noPortsAs: "null" | "absent";
  /** Addresses end in a blank or a line break, as real rows do. */
  readonly untrimmed: boolean;

  /** Refuse calls that come sooner than the endpoint's threshold after the one before. */
  readonly enforceRateLimits: boolean;
  /** How a 429 reads. "mixed" uses each form for some endpoints. */
  readonly rateLimitForm: "text" | "threshold" | "detail" | "json" | "mixed";

  /** Where every machine's ssh is said to be, for tests that run a server there. Default: addresses nobody has. */
  readonly sshHost: string | undefined;
  readonly sshPort: number | undefined;
}

export const vastDefaults: VastSettings = {
  apiKey: "emulator-vast-api-key",
  username: "emulated-renter",
  credit: 100,
  balance: 0,
  machines: 90,
  searchCap: 64,
  visibleAfterMs: 0,
  reportMs: 3_000,
  loadMs: 25_000,
  startMs: 5_000,
  stopMs: 8_000,
  startLagMs: 6_000,
  rebootMs: 10_000,
  lingerMs: 4_000,
  relistMs: 20_000,
  resultMs: 2_000,
  volumeReleaseMs: 30_000,
  badKeyStatus: 404,
  missingAs: "null",
  v0List: "410",
  offerGoneAs: "natural",
  newContractStatus: 400,
  creditStatus: 400,
  queuedStart: "running",
  noPortsAs: "null",
  untrimmed: true,
  enforceRateLimits: false,
  rateLimitForm: "mixed",
  sshHost: undefined,
  sshPort: undefined,
};
