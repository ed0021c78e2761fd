import Type from 'typebox';

export const NewSessionSchema = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 1_024, description: 'a text: a viewer or operator token' }),
  },
  {
    additionalProperties: false,
    title: 'NewSession',
    description: 'an object with token',
    examples: [{ token: 'jfR2mQ0yT5cXbN8uLw4vZs7p' }],
  },
);

export const SessionSchema = Type.Object(
  {
    role: Type.Union([Type.Enum(['viewer', 'operator']), Type.Null()], {
      description: 'null: not signed in, and that is needed here',
    }),
    token_required: Type.Boolean({ description: 'false where everybody who gets here is an operator' }),
  },
  {
    title: 'Session',
    description: 'Who you are here.',
    examples: [{ role: 'operator', token_required: true }],
  },
);
