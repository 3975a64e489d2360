import type { GpuFormFactor } from "./families.ts";

/** A part of a GPU that the name itself speaks of. */
export interface NamedSlice {
  /** The part as its maker writes it: `1g.10gb`, `8q`, `1/2`, `shared`. */
  readonly slice: string;
  readonly memoryGB?: number | undefined;
  readonly formFactor?: GpuFormFactor | undefined;
  /** The name without what speaks of the part. */
  readonly rest: string;
}

// vGPU names mark the board with letters behind the model: V100DX, A100X, H100XM, H100L.
const vgpuBoards: ReadonlyMap<string, GpuFormFactor> = new Map([
  ["x", "sxm"],
  ["dx", "sxm"],
  ["xm", "sxm"],
  ["d", "pcie"],
]);

/** Finds a MIG profile, a vGPU profile, a fraction or time slicing in a normalised name. */
export function findSlice(text: string): NamedSlice | undefined {
  const mig = /(?:mig[ .]{0,2})?(?<!\d)([1-8]g)[. ](\d{1,3})gb(?:[+.](?:me|gfx)(?:\.all)?)?/.exec(text);
  if (mig) {
    return { slice: `${mig[1]}.${mig[2]}gb`, memoryGB: Number(mig[2]), rest: text.replace(mig[0], " ") };
  }
  const vgpu =
    /^(?!v[cb][gm] )(.*?(?:[a-z]\d{1,4}(?:[gs](?= ))?| \d{4}(?= ada| blackwell)))(dx|xm|[xdl])?( ada| blackwell(?: dc)?)? (?:\d )?(\d{1,3})([qcab])(?:me)?$/.exec(
      text,
    );
  if (vgpu) {
    const [, model = "", board = "", generation = "", size = "", kind] = vgpu;
    const formFactor = board === "l" ? (/h[12]00$/.test(model) ? "nvl" : "pcie") : vgpuBoards.get(board);
    return { slice: `${size}${kind}`, memoryGB: Number(size), formFactor, rest: model + generation };
  }
  const fraction = /(?<![\d/.])1 ?\/ ?(\d{1,2})(?![\d/])/.exec(text);
  if (fraction) return { slice: `1/${fraction[1]}`, rest: text.replace(fraction[0], " ") };
  const decimal = /(?<![\d.])0\.\d{1,3} ?x /.exec(text);
  if (decimal) return { slice: decimal[0].trim(), rest: text.replace(decimal[0], " ") };
  const azure = /^standard n[vg](\d{1,2})[a-z]* (a10|v620) v\d$/.exec(text);
  if (azure) {
    // Sizes count CPU cores: 36 of them are a whole A10, 32 a whole V620.
    const share = Number(azure[1]) / (azure[2] === "a10" ? 36 : 32);
    if (share < 1) return { slice: `1/${Math.round(1 / share)}`, rest: azure[2] ?? "" };
  }
  const word = /(?:^|[^a-z])(mig|shared|vgpu|mxgpu|fractional|fraction|time ?sliced)(?![a-z])/.exec(text);
  if (word) return { slice: word[1] ?? "", rest: text };
  return undefined;
}
