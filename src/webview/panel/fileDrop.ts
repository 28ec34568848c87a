import { addressesOf, LONGEST_ADDRESS, MOST_DROPPED, type PanelDrop } from '../../shared/panelDrop';

/** VS Code's list of all files; browsers let `text/uri-list` hold one. */
const LISTS = ['application/vnd.code.uri-list', 'text/uri-list'] as const;

/** What is said while files are over the page: what a drop does, or that it needs Shift. */
export type DropHint = 'drop' | 'shift';

/**
 * Takes files that are dropped anywhere onto the page, and tells what is to be said meanwhile. VS
 * Code lets a drag into a webview only while Shift is held: of a file from another program the page
 * sees the first moment without it, and says so then. Gives what ends the listening.
 */
export function listenToDrops(
  onHint: (hint: DropHint | undefined) => void,
  onDrop: (drop: PanelDrop) => void,
): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const hide = (): void => onHint(undefined);
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer || !holdsFiles(event.dataTransfer)) return;
    onHint(event.shiftKey ? 'drop' : 'shift');
    if (event.type !== 'dragover' && !event.shiftKey) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  };
  document.addEventListener('dragenter', over, { signal });
  document.addEventListener('dragover', over, { signal });
  document.addEventListener(
    'dragleave',
    ({ relatedTarget }) => {
      if (relatedTarget === null) hide();
    },
    { signal },
  );
  // A drag that VS Code takes away ends without a word.
  document.addEventListener('pointermove', hide, { signal });
  document.addEventListener(
    'drop',
    (event) => {
      hide();
      if (!event.dataTransfer || !holdsFiles(event.dataTransfer)) return;
      event.preventDefault();
      onDrop(dropOf(event.dataTransfer));
    },
    { signal },
  );
  return () => listening.abort();
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
