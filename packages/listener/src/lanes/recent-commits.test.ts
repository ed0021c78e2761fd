import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRecentCommits } from './recent-commits.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => `id-${index}`);

describe('recent commits', () => {
  it('know the last ids, at least as many as they were told to, and not all there ever were', () => {
    const commits = createRecentCommits(100, 1_000);
    commits.add(upTo(1_000), 0);
    assert.ok(
      upTo(1_000)
        .slice(-100)
        .every((id) => commits.has(id)),
    );
    assert.ok(!commits.has('id-799'));
  });

  it('are kept however long a copy is held', () => {
    const commits = createRecentCommits(100, 1_000);
    commits.add(['a'], 0);
    for (const now of [2_000, 4_000, 6_000]) commits.tidy(true, now);
    assert.ok(commits.has('a'));
  });

  it('are forgotten after a while where nothing is held', () => {
    const commits = createRecentCommits(100, 1_000);
    commits.add(['a'], 500);
    commits.tidy(false, 600);
    commits.tidy(false, 1_599);
    assert.ok(commits.has('a'));
    commits.tidy(false, 2_600);
    assert.ok(!commits.has('a'));
  });
});
