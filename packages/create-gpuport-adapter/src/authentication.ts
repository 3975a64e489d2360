// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the code of the template, not a template of this code

/** One place of the template that reads differently: in this file, this text becomes that one. */
type Change = readonly [file: string, from: string, to: string];

const bearerHeader = "    headers: { authorization: `Bearer ${apiKey.reveal()}` },\n";
const bearerCheck = "headers.authorization !== `Bearer ${credentials.apiKey}`";
const bearerSent = 'const headers = { authorization: "Bearer my-cloud-key-0123" };\n';
const pass = "correct-horse-0123";

/** What changes for every cloud that knows a user by name and password. */
const byPassword: readonly Change[] = [
  [
    "src/options.ts",
    '  apiKey: secretSchema.describe("A key that may launch, read and terminate machines"),\n',
    '  username: z.string().min(1).describe("The account"),\n  password: secretSchema.describe("Its password"),\n',
  ],
  [
    "src/index.ts",
    'myCloud({ apiKey: "..." }); // or set MY_CLOUD_API_KEY',
    "myCloud(); // reads MY_CLOUD_USERNAME and MY_CLOUD_PASSWORD",
  ],
  [
    "src/index.ts",
    'env: { apiKey: "MY_CLOUD_API_KEY" },',
    'env: {\n    username: "MY_CLOUD_USERNAME",\n    password: "MY_CLOUD_PASSWORD",\n  },',
  ],
  ["src/driver.ts", "{ apiKey, baseUrl }", "{ username, password, baseUrl }"],
  [
    "test/server.ts",
    'credentials = { apiKey: "my-cloud-key-0123" }',
    `credentials = { username: "alice", password: "${pass}" }`,
  ],
  [
    "test/server.ts",
    'wrongCredentials = { apiKey: "wrong-key-4567" }',
    'wrongCredentials = { username: "alice", password: "wrong-pass-4567" }',
  ],
  [
    "test/readme.test.ts",
    '  vi.stubEnv("MY_CLOUD_API_KEY", credentials.apiKey);\n',
    '  vi.stubEnv("MY_CLOUD_USERNAME", credentials.username);\n  vi.stubEnv("MY_CLOUD_PASSWORD", credentials.password);\n',
  ],
  ["README.md", "reads MY_CLOUD_API_KEY", "reads MY_CLOUD_USERNAME and MY_CLOUD_PASSWORD"],
  [
    "README.md",
    "| `apiKey` | `MY_CLOUD_API_KEY` | required |\n",
    "| `username` | `MY_CLOUD_USERNAME` | required |\n| `password` | `MY_CLOUD_PASSWORD` | required |\n",
  ],
];

/** What each way to authenticate changes in the template, which is written for a bearer key. */
export const authentications = {
  bearer: [],
  header: [
    ["src/driver.ts", bearerHeader, '    headers: { "x-api-key": apiKey.reveal() },\n'],
    ["test/server.ts", bearerCheck, 'headers["x-api-key"] !== credentials.apiKey'],
    ["test/driver.test.ts", bearerSent, 'const headers = { "x-api-key": "my-cloud-key-0123" };\n'],
  ],
  basic: [
    ...byPassword,
    [
      "src/options.ts",
      "export const optionsSchema",
      '/** The two travel as one text in base64, where a colon would end the name. */\nconst ascii = /^[\\x20-\\x7e]+$/;\nconst asciiRule = "must be ASCII";\n\nexport const optionsSchema',
    ],
    [
      "src/options.ts",
      '  username: z.string().min(1).describe("The account"),\n  password: secretSchema.describe("Its password"),\n',
      '  username: z\n    .string()\n    .regex(ascii, asciiRule)\n    .regex(/^[^:]*$/, "must not contain a colon")\n    .describe("The account"),\n  password: secretSchema.refine((secret) => ascii.test(secret.reveal()), asciiRule).describe("Its password"),\n',
    ],
    [
      "src/driver.ts",
      bearerHeader,
      "    headers: { authorization: `Basic ${btoa(`${username}:${password.reveal()}`)}` },\n",
    ],
    [
      "test/server.ts",
      `    if (${bearerCheck}) return`,
      "    const { username, password } = credentials;\n    const basic = `Basic ${btoa(`${username}:${password}`)}`;\n    if (headers.authorization !== basic) return",
    ],
    [
      "test/driver.test.ts",
      bearerSent,
      `const headers = { authorization: \`Basic \${btoa("alice:${pass}")}\` };\n`,
    ],
  ],
  login: [
    ...byPassword,
    [
      "src/driver.ts",
      bearerHeader,
      `    session: {
      headers: (token) => ({ authorization: \`Bearer \${token}\` }),
      async login(call) {
        const json = { username, password: password.reveal() };
        const request = { json, response: loginSchema, login: true, reads: true, ...call };
        const { token, expires_in } = await api.call("auth.login", request);
        return { value: token, expiresAt: clock.now() + expires_in * 1000 };
      },
    },
`,
    ],
    ["src/driver.ts", "{ http, tables, facts }", "{ http, tables, facts, clock }"],
    ["src/driver.ts", "import { createdSchema, machine", "import { createdSchema, loginSchema, machine"],
    [
      "src/tables.ts",
      "const endpoints = {\n",
      'const endpoints = {\n  "auth.login": { method: "POST", path: "login", evidence: "documented" },\n',
    ],
    [
      "src/wire.ts",
      "export const failureSchema",
      "/** A token, and the seconds until it ends. */\nexport const loginSchema = z.object({ token: z.string().min(1), expires_in: z.number().positive() });\n\nexport const failureSchema",
    ],
    [
      "test/server.ts",
      `    if (${bearerCheck}) return`,
      '    if (pathname === "/login") return login(JSON.parse(body));\n    if (headers.authorization !== `Bearer ${token}`) return',
    ],
    [
      "test/server.ts",
      "  function create(",
      `  function login(given: { readonly username: string; readonly password: string }): Reply {
    const known = given.username === credentials.username && given.password === credentials.password;
    return known ? { status: 200, body: { token, expires_in: 3600 } } : refuse(401, "bad_credentials");
  }

  function create(`,
    ],
    [
      "test/server.ts",
      "const pageSize = 2;\n",
      'const pageSize = 2;\nconst token = "my-cloud-token-0123";\n',
    ],
    ["test/driver.test.ts", bearerSent, 'const headers = { authorization: "Bearer my-cloud-token-0123" };\n'],
    [
      "test/driver.test.ts",
      "// Every test ends",
      `// Only the first request logs in.
beforeEach(() => {
  const token = { token: "my-cloud-token-0123", expires_in: 3600 };
  nock(origin).post("/login", credentials).optionally().reply(200, token);
});

// Every test ends`,
    ],
    ["test/driver.test.ts", "{ afterEach, describe", "{ afterEach, beforeEach, describe"],
  ],
} satisfies Readonly<Record<string, readonly Change[]>>;
