/** Why there is no release, in one sentence for whoever wanted it. */
export class ReleaseRefusal extends Error {
  override readonly name = 'ReleaseRefusal';
}
