/** Shorthands for the fields of entities. */
export const key = { type: 'key' } as const;
export const text = { type: 'text' } as const;
export const timestamp = { type: 'timestamp' } as const;
export const date = { type: 'date' } as const;
export const integer = { type: 'integer' } as const;
export const amount = { type: 'amount' } as const;
/** Operator or team: one that nobody has described yet is created by its id. */
export const operator = { ...key, references: 'operator' } as const;
export const team = { ...key, references: 'team' } as const;
