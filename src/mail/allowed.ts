import { readAddress, readDomain } from '../lib/mailbox.ts';

/**
 * Whether mail may go to an address. `allowed` holds domains: `example.com` for exactly that one, `*.example.com` for those
 * below it. Nobody may where the list is empty.
 */
export function mayMailTo(address: string, allowed: readonly string[]): boolean {
  const domain = domainOf(address);
  if (domain === undefined) return false;
  return allowed.some((each) => {
    const wanted = readDomain(each.replace(/^\*\./, ''));
    if (wanted === undefined) return false;
    return each.startsWith('*.') ? domain.endsWith(`.${wanted}`) : domain === wanted;
  });
}

/** The domains mail may go to: those that are configured, or where none are, those of the people who are. */
export function allowedDomains(configured: readonly string[], people: readonly string[]): readonly string[] {
  if (configured.length > 0) return configured;
  return [...new Set(people.flatMap((address) => domainOf(address) ?? []))];
}

function domainOf(address: string): string | undefined {
  return readAddress(address)?.split('@').at(-1);
}
