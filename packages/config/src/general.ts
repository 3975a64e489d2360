import type { Budget, LaunchDefaults } from "@gpuport/core";
import { mergedDefaults } from "./defaults.ts";
import type { Place, Problem } from "./problems.ts";
import { suggestion } from "./suggest.ts";

type Options = Readonly<Record<string, unknown>>;

/** What a configuration says of all providers. */
export interface General {
  readonly defaults?: LaunchDefaults | undefined;
  readonly owner?: string | undefined;
  readonly budgets?: readonly Budget[] | undefined;
  readonly requireLease?: boolean | undefined;
}

/** A provider's options over what holds for all: its own words win, but every budget holds. Both are checked already. */
export function withGeneral(general: General, own: General & Options): Options {
  const budgets = [...(general.budgets ?? []), ...(own.budgets ?? [])];
  const owner = own.owner ?? general.owner;
  const requireLease = own.requireLease ?? general.requireLease;
  return {
    ...own,
    ...(owner !== undefined && { owner }),
    ...(requireLease !== undefined && { requireLease }),
    ...(budgets.length > 0 && { budgets }),
    defaults: mergedDefaults(general.defaults ?? {}, own.defaults ?? {}),
  };
}

/** A budget for a provider that is not there limits nothing. */
export function strayBudgets(budgets: unknown, names: readonly string[], place: Place): readonly Problem[] {
  if (!Array.isArray(budgets)) return [];
  return budgets.flatMap((budget: Partial<Budget> | null, index) => {
    const name: unknown = budget?.provider;
    if (typeof name !== "string" || names.includes(name)) return [];
    return [
      {
        place: [...place, index, "provider"],
        message: `no such provider${suggestion(name, names)}`,
      },
    ];
  });
}
