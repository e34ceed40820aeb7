import { expect, test } from 'vitest';
import { mailSettings } from '../../src/app/mail.ts';
import { parseConfig } from '../../src/config/config.ts';

const yaml = `
tenants:
  default: {}
  acme: {mail: {from: Acme <acme@acme.example>, reply_to: desk@acme.example, allowed_domains: ["*.acme.example"]}}
people:
  - {email: maya@example.com, role: executive}
  - {email: noor@acme.example, role: executive, tenant: acme}
`;

test("a tenant's mail has its own settings, and without them the environment's sender and its people's domains", () => {
  const config = parseConfig(yaml, 'crema.yaml');
  const environment = { mailFrom: 'Crema <crema@example.com>' };
  expect(mailSettings(config, 'default', environment)).toEqual({
    from: { name: 'Crema', address: 'crema@example.com' },
    replyTo: undefined,
    allowed: ['example.com'],
    insecureSmtp: false,
  });
  expect(mailSettings(config, 'acme', environment)).toEqual({
    from: { name: 'Acme', address: 'acme@acme.example' },
    replyTo: { name: '', address: 'desk@acme.example' },
    allowed: ['*.acme.example'],
    insecureSmtp: false,
  });
  expect(mailSettings(config, 'default', { mailFrom: undefined }).from).toBeUndefined();
});
