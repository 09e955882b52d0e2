/** The browser's end of a stream, in the test's hand; nothing comes unless the test tells it. */
export class FakeEventSource extends EventTarget {
  static readonly opened: FakeEventSource[] = [];
  onerror?: () => void;
  isClosed = false;

  constructor(readonly address: string) {
    super();
    FakeEventSource.opened.push(this);
  }

  close() {
    this.isClosed = true;
  }

  tell(event: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
  }
}
