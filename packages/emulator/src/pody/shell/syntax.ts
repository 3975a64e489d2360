/** A word as it was written: pieces that are joined after they were expanded. */
export type Piece =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: "variable";
      readonly name: string;
      readonly fallback: Word | undefined;
      readonly quoted: boolean;
    }
  | { readonly kind: "output"; readonly script: Script; readonly quoted: boolean };

export type Word = readonly Piece[];

export type Redirect =
  | { readonly kind: "read"; readonly from: Word }
  | { readonly kind: "feed"; readonly text: Word }
  | { readonly kind: "write" | "append"; readonly descriptor: 1 | 2; readonly to: Word }
  | { readonly kind: "duplicate"; readonly descriptor: 1 | 2; readonly of: 1 | 2 };

export type Command = (
  | {
      readonly kind: "simple";
      readonly assignments: readonly { readonly name: string; readonly value: Word }[];
      readonly words: readonly Word[];
    }
  | { readonly kind: "subshell" | "group"; readonly body: Script }
  | {
      readonly kind: "if";
      readonly branches: readonly { readonly when: Script; readonly body: Script }[];
      readonly otherwise: Script | undefined;
    }
  | { readonly kind: "while"; readonly when: Script; readonly body: Script }
  | { readonly kind: "for"; readonly name: string; readonly words: readonly Word[]; readonly body: Script }
) & { readonly redirects: readonly Redirect[] };

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

export interface Step {
  /** How it hangs together with the step before. */
  readonly after: ";" | "&&" | "||";
  readonly pipeline: Pipeline;
  readonly background: boolean;
}

export type Script = readonly Step[];

export class ShellSyntaxError extends Error {}
