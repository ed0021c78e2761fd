import Type from 'typebox';

/** RFC 9457, with the code of the error as further member. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'a URN of the kind of problem' }),
    title: Type.String({ description: 'the kind of problem, the same each time' }),
    status: Type.Integer(),
    detail: Type.String({ description: 'what happened, with which value, and what to do about it' }),
    instance: Type.String({ description: 'the path that was asked for' }),
    code: Type.String({ description: 'stable, to be searched for and compared' }),
  },
  { title: 'Problem', description: 'What went wrong (RFC 9457).' },
);
