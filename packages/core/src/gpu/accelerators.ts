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
  // The number behind a TPU type counts cores or chips, never memory: "v5p-8".
  [/^v(3|4|5e|5p|6e|5litepod) \d{1,5}$/, ([, version = ""]) => [`TPU v${version.replace("litepod", "e")}`]],
  [/(?<![a-z])tpu ?v5 ?lite(?!\d)/, () => ["TPU v5e"]],
  [/(?<![a-z])tpu ?v(3|4|5e|5p|6e)(?![a-z0-9])/, ([, version]) => [`TPU v${version}`]],
  [/^ct5lp? hightpu /, () => ["TPU v5e"]],
  [
    /^ct(4p|5p) hightpu |^ct(6e) standard /,
    ([, older, newer]) => [`TPU v${(older ?? newer)?.replace("4p", "4")}`],
  ],
  [
    /(?<![a-z0-9])hl ?(205|225|288|325|328|335|338)[a-z]?(?![a-z0-9])/,
    ([, code]) => gaudiBoards.get(code ?? ""),
  ],
  [/gaudi ?([123])?(?!\d)/, ([, number = "1"]) => [number === "1" ? "Gaudi" : `Gaudi ${number}`]],
  // Tools list the 910C by the number of its stepping: "Ascend910_9392".
  [/(?<![a-z0-9]|\d )(?:ascend ?)?910 ?(?:c(?![a-z0-9])|93\d\d(?!\d))/, () => ["Ascend 910C"]],
  [
    /(?<![a-z0-9]|\d )(?:ascend ?)?910 ?(b\d?)c?( 1)?(?![a-z0-9])/,
    ([, chip = "", revision]) => ["Ascend 910B", undefined, revision ? 64 : ascendMemoryGB(chip)],
  ],
  [/(?<![a-z])trainium ?([12])?(?![a-z0-9])/, ([, number]) => [number === "2" ? "Trainium2" : "Trainium"]],
  [/(?<![a-z])inferentia ?2(?![a-z0-9])/, () => ["Inferentia2"]],
  [/(?:qualcomm|cloud) ?(?:cloud ?)?ai ?100(?![a-z0-9])(?! ultra)/, () => ["Cloud AI 100"]],
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
