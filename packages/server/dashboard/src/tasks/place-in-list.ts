/** Where somebody was in the list: kept with the entry of the browser's history, so that the way back leads there. */
interface PlaceInList {
  readonly top: number;
  readonly index: number;
}

const START: PlaceInList = { top: 0, index: 0 };

export function placeInList(): PlaceInList {
  const state: unknown = window.history.state;
  const place = typeof state === 'object' && state !== null && 'place' in state ? state.place : undefined;
  return (place as PlaceInList | undefined) ?? START;
}

export function keepPlaceInList(place: PlaceInList): void {
  window.history.replaceState({ place }, '');
}
