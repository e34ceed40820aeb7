/** Whether an account is one of those a rule names, by id, `source/id` or name without case; a rule may name none. */
export function isNamed(
  wanted: readonly string[] | undefined,
  { source, account, accountName }: { source: string; account: string | null; accountName: string | null },
): boolean {
  if (wanted === undefined) return true;
  const known = [account, account && `${source}/${account}`, accountName].map((one) => one?.toLowerCase());
  return wanted.some((one) => known.includes(one.trim().toLowerCase()));
}
