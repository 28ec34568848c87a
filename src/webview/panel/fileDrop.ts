import { addressesOf, LONGEST_ADDRESS, MOST_DROPPED, type PanelDrop } from '../../shared/panelDrop';
import type { PanelStrings } from '../../shared/panelText';
import { find } from '../find';
import { setText } from './dom';

/** VS Code's list of all files; browsers let `text/uri-list` hold one. */
const LISTS = ['application/vnd.code.uri-list', 'text/uri-list'] as const;

/**
 * Takes files that are dropped anywhere onto the page. VS Code lets a drag into a webview only while
 * Shift is held: of a file from another program the page sees the first moment without it, and says
 * so then.
 */
export function listenToDrops(strings: PanelStrings, onDrop: (drop: PanelDrop) => void): void {
  const place = find(document, '#drop', HTMLElement);
  const hint = find(place, 'p', HTMLElement);
  const hide = (): void => {
    place.hidden = true;
  };
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer || !holdsFiles(event.dataTransfer)) return;
    place.hidden = false;
    setText(hint, event.shiftKey ? strings.dropHint : strings.dropShift);
    if (event.type !== 'dragover' && !event.shiftKey) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  };
  document.addEventListener('dragenter', over);
  document.addEventListener('dragover', over);
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) hide();
  });
  // A drag that VS Code takes away ends without a word.
  document.addEventListener('pointermove', hide);
  document.addEventListener('drop', (event) => {
    hide();
    if (!event.dataTransfer || !holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    onDrop(dropOf(event.dataTransfer));
  });
}

const holdsFiles = ({ types }: DataTransfer): boolean =>
  types.includes('Files') || LISTS.some((list) => types.includes(list));

function dropOf(data: DataTransfer): PanelDrop {
  const [addresses = []] = LISTS.map((list) => addressesOf(data.getData(list))).filter(
    ({ length }) => length > 0,
  );
  const usable = addresses.filter(({ length }) => length <= LONGEST_ADDRESS);
  return {
    addresses: usable.slice(0, MOST_DROPPED),
    elsewhere: usable.length === 0 && data.files.length > 0,
  };
}
