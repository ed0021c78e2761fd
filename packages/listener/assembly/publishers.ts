import { event, PUBLISHER_BYTES, PUBLISHER_ID, PUBLISHER_REF, PUBLISHERS, publisher } from './memory';
import { clearTable, tablePlace } from './table';
import { compareTexts, copyText } from './text';

/** The publishers of a batch. */

export let publisherCount: i32 = 0;
let lastPublisher: i32 = 0;

export function beginPublishers(): void {
  publisherCount = 0;
  clearTable();
}

export function notePublisher(index: i32): void {
  const from = event(index);
  const text = from + PUBLISHER_ID;
  if (publisherCount > 0 && compareTexts(text, publisher(lastPublisher)) === 0) {
    store<i32>(from, lastPublisher, PUBLISHER_REF);
    return;
  }
  const place = tablePlace(text, PUBLISHERS, PUBLISHER_BYTES);
  if (load<i32>(place) === 0) {
    const into = publisher(publisherCount++);
    copyText(into, text);
    store<i32>(into, index, 8);
    store<i32>(place, publisherCount);
  }
  lastPublisher = load<i32>(place) - 1;
  store<i32>(from, lastPublisher, PUBLISHER_REF);
}
