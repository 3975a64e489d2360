import type { GpuFamily, GpuFormFactor } from "./families.ts";
import { familyNamed } from "./models.ts";

/** What an accelerator's name fixes beyond its family. */
export interface Accelerator {
  readonly family: GpuFamily;
  readonly formFactor?: GpuFormFactor | undefined;
  readonly memoryGB?: number | undefined;
}

type Answer = readonly [
  family: string,
  formFactor?: GpuFormFactor | undefined,
  memoryGB?: number | undefined,
];
type Rule = readonly [pattern: RegExp, answer: (match: RegExpExecArray) => Answer | undefined];

const ascendMemoryGB = (chip: string): number | undefined =>
  chip === "b4" ? 32 : chip === "b" ? undefined : 64;

// Codes of boards and chips that do not read like GPU names. Patterns see normalised text and are tried in order.
const rules: readonly Rule[] = [
  // Counts cores or chips behind the dash, never memory: "v5p-8".
  [/^v(3|4|5e|5p|6e|5litepod)-\d{1,5}$/, ([, version = ""]) => [`TPU v${version.replace("litepod", "e")}`]],
  [/(?:^|[^a-z])tpu[ _-]?v5[ _-]?lite(?![a-z]*\d)/, () => ["TPU v5e"]],
  [/(?:^|[^a-z])tpu[ _-]?v(3|4|5e|5p|6e)(?![a-z0-9])/, ([, version]) => [`TPU v${version}`]],
  [/^ct5lp-hightpu-|^ct5l-hightpu-/, () => ["TPU v5e"]],
  [
    /^ct(4|5|6)(p|e)-hightpu-|^ct(6)(e)-standard-/,
    ([, number, letter, six, e]) => tpuMachine(number ?? six, letter ?? e),
  ],
  [
    /(?:^|[^a-z0-9])hl[ -]?(205|225|288|325|328|335|338)[a-z]?(?![a-z0-9])/,
    ([, code]) => gaudiBoards.get(code ?? ""),
  ],
  [
    /(?:^|[^a-z])gaudi[ _-]?([123])?(?![a-z0-9])/,
    ([, number]) => [number === undefined || number === "1" ? "Gaudi" : `Gaudi ${number}`],
  ],
  [
    /(?:^|[^a-z0-9])910[ _-]?c(?![a-z0-9])|(?:^|[^a-z0-9])(?:ascend)?[ _-]?910_93\d\d(?!\d)|ascend910[ _-]?c(?![a-z0-9])/,
    () => ["Ascend 910C"],
  ],
  [
    /(?:^|[^a-z0-9]|ascend)910[ _-]?(b\d?)(c?)(-1)?(?![a-z0-9])/,
    ([, chip = "", , revision]) => ["Ascend 910B", undefined, revision ? 64 : ascendMemoryGB(chip)],
  ],
  [/(?:^|[^a-z])trainium[ _-]?(2)?(?![a-z0-9])/, ([, number = ""]) => [`Trainium${number}`]],
  [/(?:^|[^a-z])inferentia[ _-]?2(?![a-z0-9])/, () => ["Inferentia2"]],
  [/(?:qualcomm|cloud)[ _-](?:cloud[ _-])?ai[ _-]?100(?![a-z0-9])(?![ _-]ultra)/, () => ["Cloud AI 100"]],
];

const gaudiBoards: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["205", ["Gaudi", "oam"]],
  ["225", ["Gaudi 2", "oam"]],
  ["288", ["Gaudi 2", "pcie"]],
  ["325", ["Gaudi 3", "oam"]],
  ["328", ["Gaudi 3", "oam"]],
  ["335", ["Gaudi 3", "oam"]],
  ["338", ["Gaudi 3", "pcie"]],
]);

function tpuMachine(number = "", letter = ""): Answer | undefined {
  const version = `${number}${letter}`;
  return version === "4p"
    ? ["TPU v4"]
    : version === "5p" || version === "6e"
      ? [`TPU v${version}`]
      : undefined;
}

/** Reads the names of accelerators that follow no GPU habit: TPU, Gaudi, Ascend, Trainium, Inferentia, Cloud AI. */
export function findAccelerator(text: string): Accelerator | undefined {
  for (const [pattern, answer] of rules) {
    const match = pattern.exec(text);
    if (!match) continue;
    const [name, formFactor, memoryGB] = answer(match) ?? [];
    const family = name === undefined ? undefined : familyNamed(name);
    return family && { family, formFactor, memoryGB };
  }
  return undefined;
}
