export { type OffersAcross, type SearchAcrossOptions, searchOffers } from "./across.ts";
export { type Explanation, explain, type OfferVerdict } from "./explain.ts";
