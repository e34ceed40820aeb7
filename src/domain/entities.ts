import { businessEntities } from './entities/business.ts';
import { campaignEntities } from './entities/campaigns.ts';
import { companyEntities } from './entities/company.ts';
import { engagementEntities } from './entities/engagement.ts';
import { salesEntities } from './entities/sales.ts';
import { supportEntities } from './entities/support.ts';
import type { Entity, EntityId } from './entity.ts';

/**
 * The entities of a CRM as data: what an import may set, what the writer keeps history of, and where it is stored. A
 * field's name is also its column. Adding an entity is adding an entry, and its table in a migration.
 */
export const entities: Readonly<Record<EntityId, Entity>> = {
  ...companyEntities,
  ...engagementEntities,
  ...campaignEntities,
  ...supportEntities,
  ...salesEntities,
  ...businessEntities,
};
