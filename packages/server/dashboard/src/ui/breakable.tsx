import { Fragment } from 'react';

/** After what joins the words of a name: it is better broken there than within a word. */
const JOINTS = /(?<=[._/:-])/;

export function Breakable({ text }: { readonly text: string }) {
  return text.split(JOINTS).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
