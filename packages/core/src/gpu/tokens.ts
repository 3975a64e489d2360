import { gpuFamilies } from "./families.ts";

/** A name cut into words, with what its numbers say about size and count taken out. */
export interface Tokens {
  /** Lower-case words and model numbers, in order. */
  readonly words: readonly string[];
  /** Sizes in the name, in GB: `80GB`, `80 G`, `(24 GB)`. */
  readonly sizesGB: readonly number[];
  /** Number of GPUs, where the name says it: `8x`, `x8`. */
  readonly count?: number | undefined;
}

// Longer than any name a cloud writes; keeps hostile input cheap.
const longestName = 160;
const longestRun = 48;

// Words that stand in front of a model without a space: "geforcertx4090", "adartxa5000", "InstinctMI50".
const prefixes = [
  "nvidia",
  "geforce",
  "quadro",
  "tesla",
  "titan",
  "grid",
  "rtx",
  "gtx",
  "amd",
  "radeon",
  "instinct",
  "rx",
  "intel",
  "habana",
  "hgx",
  "pro",
  "ada",
  "gpu",
];

// Words that stand behind a model without a space: "4070tisuper", "h200nvl", "4000sffada", "80gx8".
const suffix =
  /^(?:laptop|mobile|gpu|super|server|workstation|generation|blackwell|edition|sff|ada|lhr|hbm\d?e?|fhhl|active|ac$|vf$|ib$|nvlink|nvl(?:\d\d)?|pcie|sxm(?:[2-6](?!0g))?|oam|maxq|xtx|xt|gre|ti|ws|wk|se|bse|cc|xl|x\d{1,2}$|[1-9]\d{0,3}(?:gi?b|g(?=$|x\d|nv|hbm)))/;
// Single letters are a word of their own behind a bare number only: "4070s", "4090d", "6000b". Elsewhere they make
// another model: A10 and A10G, L40 and L40S, A100 and A100X.
const letterSuffix = /^(?:pro|s|d|m|b|v2)/;

/** Single-word models ("a100", "mi300x") and model numbers ("4090"), by their lower-case spelling. */
const heads: ReadonlySet<string> = /* @__PURE__ */ new Set(
  gpuFamilies
    .flatMap(({ family }) => family.toLowerCase().split(" "))
    .flatMap((word) => (word === "6000d" ? ["6000"] : [word]))
    .filter((word) => word.length > 1 && /\d/.test(word) && !/^(?:v\d[a-z]?|100)$/.test(word))
    .concat("n300s", "n300d"),
);

/** Lower case, without marks, and with one space for whatever separates words: clouds use `_`, `-` and spaces alike. */
function normalise(name: string): string {
  return name
    .replace(/[®™©]|\((?:r|tm)\)/gi, " ") // before NFKC, which writes ™ as letters
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_\p{Pd}]+/gu, " ")
    .trim();
}

/** Letters and digits only: the weakest comparison of two names that the table does not know. */
export function compact(name: string): string {
  return normalise(name.slice(0, longestName * 4)).replace(/[^\p{L}\p{N}]+/gu, "");
}

/** Normalises a name unless it is too long to be one. */
export function readName(name: unknown): string | undefined {
  if (typeof name !== "string" || name.length > longestName * 4) return undefined;
  const text = normalise(name);
  return text === "" || text.length > longestName ? undefined : text;
}

/** Cuts a normalised name into words, sizes and a count. */
export function tokenise(text: string): Tokens {
  const runs = text
    .replace(/(?<=blackwell|[^a-z])max ?q(?![a-pr-z0-9])/g, " maxq ")
    .replace(/(?<![a-z])pci ?e(?:xpress)?(?![a-z0-9])/g, " pcie ")
    .replace(/(?<![a-z])smx(?=[2-6]?(?![a-z0-9]))/g, "sxm") // a common slip
    .replace(/lite ?hash ?rate/g, " lhr ")
    .replace(/(\d+\.\d+) ?(?=gi?b)/g, (_, size: string) => String(Math.round(Number(size))))
    .split(/[^a-z0-9]+/);
  const raw = joinSplitModels(runs.flatMap(splitRun).filter((word) => word !== ""));
  const words: string[] = [];
  const sizesGB: number[] = [];
  let count: number | undefined;
  for (const [index, word] of raw.entries()) {
    const next = raw[index + 1] ?? "";
    const size =
      /^(\d{1,4})(?:g|gi?b|vram)$/.exec(word)?.[1] ??
      (/^gi?b$/.test(next) ? /^\d{1,4}$/.exec(word)?.[0] : undefined);
    const multiple = /^(?:x(\d{1,2})|(\d{1,2})x)$/.exec(word);
    if (size !== undefined) sizesGB.push(Number(size));
    else if (multiple) count ??= Number(multiple[1] ?? multiple[2]);
    else if (!/^gi?b$/.test(word)) words.push(word);
  }
  // Plans that name the GPU's memory as such name the host's beside it: "vcg-a16-2c-8g-2vram".
  const vram = raw.filter((word) => /^\d{1,4}vram$/.test(word)).map((word) => Number.parseInt(word, 10));
  return { words, sizesGB: vram.length > 0 ? vram : sizesGB, count };
}

/** Cuts a run without separators: prefixes off the front, then the longest model whose rest is made of known words. */
function splitRun(run: string): string[] {
  if (run.length > longestRun || run === "") return [run];
  // Vast.ai's short form of Quadro, where the spaces went missing.
  const front: string[] = run.startsWith("qrtx") ? ["quadro"] : [];
  let rest = front.length > 0 ? run.slice(1) : run;
  for (let prefix = leadingPrefix(rest); prefix !== undefined; prefix = leadingPrefix(rest)) {
    front.push(prefix);
    rest = rest.slice(prefix.length);
  }
  const model = splitModel(rest) ?? splitCounted(rest);
  if (model) return [...front, ...model];
  // "titanxp", "titanrtx", "gpu": what is left is a word of its own or nothing. "product" is not "pro" and "duct".
  return rest === "" || /^(?:xp|v|x|\d.*)$/.test(rest) || /^[a-z]{1,2}\d/.test(rest)
    ? [...front, rest]
    : [run];
}

function leadingPrefix(run: string): string | undefined {
  return prefixes.find((prefix) => run.startsWith(prefix));
}

function splitCounted(run: string): string[] | undefined {
  // "8xh100", "1h100" and machine codes that chain numbers: "24x120x1l40s".
  const counted = /^(?:\d+x)*(\d{1,2})x?(?=[a-z]+\d)/.exec(run);
  if (!counted) return undefined;
  const model = splitRun(run.slice(counted[0].length));
  return model.some((word) => heads.has(word)) ? [`${counted[1]}x`, ...model] : undefined;
}

function splitModel(run: string): string[] | undefined {
  for (let length = run.length; length > 1; length--) {
    const head = run.slice(0, length);
    if (!heads.has(head)) continue;
    const tail = splitTail(run.slice(length), head);
    if (tail) return [head, ...tail];
  }
  // A size with words behind it: "80gx8", "40gbsxm4".
  return /^[1-9]\d{0,3}g/.test(run) ? splitTail(run, "") : undefined;
}

function splitTail(tail: string, head: string): string[] | undefined {
  const words: string[] = [];
  let rest = tail;
  if (head.endsWith("x") && /^\d{1,2}$/.test(rest)) return [`x${rest}`]; // "mi300x8": eight of them
  while (rest !== "") {
    const word = suffix.exec(rest)?.[0] ?? (/^\d/.test(head) ? letterSuffix.exec(rest)?.[0] : undefined);
    if (!word) return undefined;
    words.push(word);
    rest = rest.slice(word.length);
  }
  return words;
}

/** Puts "H 100", "MI 300X" and "L40 S" back together. */
function joinSplitModels(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [index, word] of words.entries()) {
    const last = joined.at(-1) ?? "";
    const next = words[index + 1] ?? "";
    const split =
      /^(?:[ahlbvpkmt]|g[hb]|mi)$/.test(last) && /^\d{2,3}[a-z]?$/.test(word) && !/^gi?b?$/.test(next);
    const letter = /^[gsx]$/.test(word) && /^[a-z]/.test(last);
    if ((split || letter) && heads.has(last + word)) joined.splice(-1, 1, last + word);
    else joined.push(word);
  }
  return joined;
}
