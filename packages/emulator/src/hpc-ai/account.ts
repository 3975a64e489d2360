import type { HpcAiCall, HpcAiHandler } from "./call.ts";
import { readBody } from "./fields.ts";
import { refuse } from "./refusal.ts";

export function logIn({ json, settings, sessions, flags }: Omit<HpcAiCall, "account">) {
  const body = readBody(json);
  const username = body.text("username");
  const password = body.text("password");
  const account = settings.accounts.find((row) => row.username === username && row.password === password);
  if (account === undefined || flags.has("loginFails")) refuse("notLoggedIn", "wrongPassword");
  const token = sessions.issue(account);
  const { tokenLifetimeSeconds: accessExpire } = settings;
  return flags.has("tokenMember") ? { token, accessExpire } : { accessToken: token, accessExpire };
}

export const getBalance: HpcAiHandler = ({ store, account }) => {
  const balance = store.balances.get(account.username) ?? account.balance;
  return { balance, availableBalance: balance, availableVoucherAmount: 0, availableCreditAmount: 0 };
};
