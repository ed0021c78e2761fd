import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { eachPayload, type MessageBlock, splitChannelMessages } from './channel-messages.ts';

const CHANNEL = 'task_status_events';
const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const message = (channel: string, payload: string) =>
  `*3\r\n${bulk('message')}${bulk(channel)}${bulk(payload)}`;

/** Cuts everything into chunks at these places, and tells what became of it. */
function split(text: string, cuts: readonly number[]) {
  const bytes = Buffer.from(text);
  const heard: string[] = [];
  const others: string[] = [];
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const onBlock = (block: MessageBlock): void => {
    const payloads: string[] = [];
    eachPayload(block, (from, to) => payloads.push(block.bytes.toString('utf8', from, to)));
    assert.equal(payloads.length, block.messages);
    heard.push(...payloads);
  };
  const { take } = splitChannelMessages(CHANNEL, onBlock, (other) => others.push(String(other)));
  for (let i = 1; i < places.length; i++) take(bytes.subarray(places[i - 1], places[i]));
  return { heard, others };
}

const reply = fc.oneof(
  fc.string({ unit: 'binary' }).map((payload) => ({ heard: payload, text: message(CHANNEL, payload) })),
  fc.constant({ heard: '{"a":"\r\n*3\r\n$7"}', text: message(CHANNEL, '{"a":"\r\n*3\r\n$7"}') }),
  fc
    .oneof(
      fc.string().map((payload) => message('task_status_changes', payload)),
      fc.string().map((payload) => message(`${CHANNEL}2`, payload)),
      fc.constantFrom(
        '+PONG\r\n',
        '-ERR no\r\n',
        ':12\r\n',
        '$-1\r\n',
        '*-1\r\n',
        '*0\r\n',
        '*2\r\n$4\r\npong\r\n$0\r\n\r\n',
        `*3\r\n${bulk('subscribe')}${bulk(CHANNEL)}:1\r\n`,
        '*2\r\n*2\r\n:1\r\n$2\r\nab\r\n*1\r\n+x\r\n',
      ),
    )
    .map((text) => ({ heard: null, text })),
);

describe('the messages of a channel', () => {
  it('are told from all else, however the connection cuts it', () => {
    fc.assert(
      fc.property(fc.array(reply), fc.array(fc.nat()), (replies, cuts) => {
        const { heard, others } = split(replies.map(({ text }) => text).join(''), cuts);
        assert.deepEqual(
          heard,
          replies.flatMap((one) => one.heard ?? []),
        );
        assert.deepEqual(
          others,
          replies.filter((one) => one.heard === null).map(({ text }) => text),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('that follow one another are one block, in the memory that they came in', () => {
    const bytes = Buffer.from(message(CHANNEL, 'one') + message(CHANNEL, 'two') + message(CHANNEL, 'three'));
    const blocks: MessageBlock[] = [];
    splitChannelMessages(
      CHANNEL,
      (block) => blocks.push(block),
      () => assert.fail('nothing else came'),
    ).take(bytes);
    assert.deepEqual(
      blocks.map((block) => block.messages),
      [3],
    );
    assert.equal(blocks[0]?.bytes.buffer, bytes.buffer);
  });

  it('go on after what is no reply at all, which is left to the client', () => {
    const { heard, others } = split(`rubbish\r\n${message(CHANNEL, 'one')}`, []);
    assert.deepEqual(heard, ['one']);
    assert.deepEqual(others, ['rubbish\r\n']);
  });
});
