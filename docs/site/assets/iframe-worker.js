// Browsers start no worker for a page from the disk. There, the search's script runs in a hidden frame instead.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.appendChild(frame);
      const inside = frame.contentWindow;
      this.inside = inside;
      this.waiting = [];
      inside.postMessageOut = (data) => {
        const event = new MessageEvent("message", {data});
        this.dispatchEvent(event);
        if (this.onmessage) this.onmessage(event);
      };
      inside.start = () => {
        for (const data of this.waiting) this.deliver(data);
        this.waiting = null;
      };
      inside.document.open();
      inside.document.write(
        "<script>postMessage = postMessageOut;" +
          "importScripts = (...urls) => urls.reduce((done, url) => done.then(() => new Promise((ok, no) => {" +
          "const s = document.createElement('script'); s.src = url; s.onload = ok; s.onerror = no;" +
          "document.body.appendChild(s); })), Promise.resolve());<\/script>" +
          `<body><script src="${url}"><\/script><script>start()<\/script>`
      );
      inside.document.close();
    }
    deliver(data) {
      this.inside.dispatchEvent(new this.inside.MessageEvent("message", {data}));
    }
    postMessage(data) {
      if (this.waiting) this.waiting.push(data);
      else this.deliver(data);
    }
    terminate() {}
  };
}
