import { type GpuFamily, gpuFamilies } from "./families.ts";

/** Families by their name in upper case. A Map: names such as "constructor" must find nothing. */
const byName: ReadonlyMap<string, GpuFamily> = /* @__PURE__ */ new Map(
  gpuFamilies.map((family) => [family.family.toUpperCase(), family]),
);

/** What the words of a name say about the model. */
export interface Models {
  /** Families named, without repetition. More than one means that the name does not decide. */
  readonly families: readonly GpuFamily[];
  /** A bare "RTX 6000": the number of a workstation card without its generation. */
  readonly bareNumber?: string | undefined;
}

/** Looks a family up by its canonical name, in any case. */
export function familyNamed(name: string): GpuFamily | undefined {
  return byName.get(name.toUpperCase());
}

/**
 * Finds the models that a list of words names.
 *
 * Each rule spells the family out as its maker would and looks that up, so a part that does not exist or is not in the
 * table ("RTX 5090 Ti") finds nothing instead of its neighbour.
 */
export function findModels(words: readonly string[]): Models {
  const families = new Set<GpuFamily>();
  let bareNumber: string | undefined;
  for (const index of words.keys()) {
    const named = nameAt(words, index);
    if (named === undefined) continue;
    const family = familyNamed(named);
    if (family) families.add(family);
    else if (/^RTX \d000$|^RTX 4500$/.test(named)) bareNumber = named.slice(4);
    else return { families: [] }; // a part of its own that the table does not have
  }
  return { families: [...families], bareNumber: families.size === 0 ? bareNumber : undefined };
}

function nameAt(words: readonly string[], index: number): string | undefined {
  const word = words[index] ?? "";
  if (/^(?:20[5-9]0|[345]0[5-9]0|10[5-8]0|16[56]0)$/.test(word)) return geforceName(words, index);
  if (/^(?:[2-68]000|4500|5880)$/.test(word)) return workstationName(words, index);
  if (/^a[2-6][05]00$/.test(word)) return ampereWorkstationName(words, word);
  if (word === "titan") return titanName(words, index);
  if (word === "7900") return words[index + 1] === "xtx" ? "RX 7900 XTX" : undefined;
  if (word === "1550") return words.includes("max") ? "Data Center GPU Max 1550" : undefined;
  if (word === "w7900" || word === "v620" || word === "v520") return `Radeon PRO ${word}`;
  if (word === "p4000" || word === "gv100") return `Quadro ${word}${mobileMark(words)}`;
  if (/^n300[sd]?$/.test(word)) return "Tenstorrent n300";
  if (word === "p100a") return "Tenstorrent p100a";
  return /^\p{L}/u.test(word) && byName.has(word.toUpperCase()) ? word : undefined;
}

const lines = new Set(["rtx", "gtx", "geforce", "nvidia", "gpu"]);

function geforceName(words: readonly string[], index: number): string | undefined {
  const number = words[index] ?? "";
  // A bare number is a model only where nothing else could be meant by it.
  if (index > 0 && !words.slice(0, index).some((word) => lines.has(word))) return undefined;
  const suffixes = new Set<string>();
  let end = index + 1;
  while (/^(?:ti|super|s|d|v2|lhr|laptop|mobile|m)$/.test(words[end] ?? "")) suffixes.add(words[end++] ?? "");
  if (/^(?:dd|xt)$/.test(words[end] ?? "")) return `RTX ${number} ${words[end]}`;
  const line = words.includes("gtx") || (!words.includes("rtx") && number.startsWith("1")) ? "GTX" : "RTX";
  const has = (...options: string[]) =>
    options.some((option) => suffixes.has(option) || words.includes(option, end));
  return [
    `${line} ${number}`,
    has("ti") && " Ti",
    (has("super") || suffixes.has("s")) && " SUPER",
    suffixes.has("d") && (suffixes.has("v2") ? " D v2" : " D"),
    suffixes.has("m") ? " Laptop" : mobileMark(words),
  ]
    .filter(Boolean)
    .join("");
}

function workstationName(words: readonly string[], index: number): string | undefined {
  const number = words[index] ?? "";
  const has = (...options: string[]) => options.some((option) => words.includes(option));
  const next = words[index + 1] ?? "";
  const quadro = has("quadro") || (words[index - 2] === "q" && words[index - 1] === "rtx");
  const pro = has("pro", "blackwell");
  if (!has("rtx", "ada") && !quadro && !pro) return undefined;
  if (next === "d") return `RTX ${number}D`;
  if (has("ada") || number === "5880")
    return `RTX ${number}${has("sff") ? " SFF" : ""} Ada${mobileMark(words)}`;
  if (pro) return `RTX PRO ${number}${edition(words, number)}`;
  return `${quadro ? "Quadro " : ""}RTX ${number}${mobileMark(words)}`;
}

/** "RTX PRO 6000" is sold in three editions; of the smaller numbers the table has only the plain card. */
function edition(words: readonly string[], number: string): string {
  const has = (...options: string[]) => options.some((option) => words.includes(option));
  if (has("laptop", "mobile", "notebook")) return " Laptop";
  if (has("maxq")) return " Max-Q";
  if (has("server", "se", "bse", "s", "dc")) return " Server";
  if (has("sff")) return " SFF";
  return number === "6000" && has("workstation", "ws", "wk", "w", "bwe") ? " Workstation" : "";
}

function ampereWorkstationName(words: readonly string[], word: string): string {
  // "A5000 Ada" mixes two lines: the Ada card of that number is meant.
  if (words.includes("ada")) return `RTX ${word.slice(1)}${words.includes("sff") ? " SFF" : ""} Ada`;
  return `RTX ${word}${mobileMark(words)}`;
}

function titanName(words: readonly string[], index: number): string | undefined {
  const next = words[index + 1] ?? "";
  if (words.includes("ceo")) return undefined;
  return next === "rtx" || next === "v" || next === "xp" ? `TITAN ${next}` : undefined;
}

/** Mobile parts carry the number of the card and are another chip; a laptop part is one whether it is a Max-Q or not. */
function mobileMark(words: readonly string[]): string {
  if (words.includes("laptop") || words.includes("mobile") || words.includes("notebook")) return " Laptop";
  return words.includes("maxq") ? " Max-Q" : "";
}
