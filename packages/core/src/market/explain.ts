import { signed } from "../call.ts";
import type { CallOptions } from "../call-options.ts";
import { ComputeError } from "../errors.ts";
import type { LaunchRequest, Offer } from "../model/index.ts";
import { internalsOf } from "../ownership/internals.ts";
import type { ComputeProvider } from "../provider.ts";

/** One offer, and what a launch would make of it. */
export interface OfferVerdict {
  readonly offer: Offer;
  /** `taken` is the one that a launch tries first, `next` what it would go on to. */
  readonly verdict: "taken" | "next" | "rejected";
  /** Why it is rejected. */
  readonly reason?: string | undefined;
}

/** What one provider would do with a request. */
export interface Explanation {
  readonly provider: string;
  /** Whether a launch would send a create, as far as can be known without sending it. */
  readonly launchable: boolean;
  /** Why not: the request is refused, nothing matches, or the cloud could not be asked. */
  readonly error?: ComputeError | undefined;
  readonly offers: readonly OfferVerdict[];
}

/**
 * What each provider would do with a request, offer by offer, with the prices. Sends nothing that changes anything.
 *
 * Never rejects for what a cloud does: each provider has its own explanation.
 */
export function explain(
  providers: Iterable<ComputeProvider>,
  request: LaunchRequest,
  options?: CallOptions,
): Promise<readonly Explanation[]> {
  return Promise.all(Array.from(providers, (provider) => explainOne(provider, request, options)));
}

async function explainOne(
  provider: ComputeProvider,
  request: LaunchRequest,
  options: CallOptions | undefined,
): Promise<Explanation> {
  const verdicts: OfferVerdict[] = [];
  try {
    let taken = false;
    const { prepare, weigh } = internalsOf(provider);
    const prepared = prepare(request);
    for await (const { offer, reason } of weigh(prepared, options)) {
      if (reason === undefined) verdicts.push({ offer, verdict: taken ? "next" : "taken" });
      else verdicts.push({ offer, verdict: "rejected", reason });
      taken ||= reason === undefined;
    }
    const chooses = provider.offers !== undefined && (prepared.gpu !== undefined || verdicts.length > 0);
    if (taken || !chooses) return { provider: provider.name, launchable: true, offers: verdicts };
    throw new ComputeError({ code: "no_capacity", message: "no offer matches the request" });
  } catch (thrown) {
    const error = signed(thrown, {
      provider: provider.name,
      adapter: provider.adapter,
      operation: "explain",
    });
    return { provider: provider.name, launchable: false, error, offers: verdicts };
  }
}
