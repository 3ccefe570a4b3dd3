// The page's side of the worker that reads codes: asks for one picture at a time.
export class Reader {
  constructor(addresses) {
    this.asked = new Map();
    this.number = 0;
    this.worker = new Worker(addresses.worker);
    this.ready = new Promise((resolve, reject) => {
      this.worker.addEventListener("message", ({ data }) => {
        if (data.isReady) resolve();
        else if (data.id === undefined) reject(new Error(data.error));
        else this.answered(data);
      });
      this.worker.addEventListener("error", () => reject(new Error("worker")));
    });
    this.worker.postMessage({ prepare: { ponyfill: addresses.ponyfill, wasm: addresses.wasm } });
  }

  answered({ id, codes }) {
    this.asked.get(id)(codes);
    this.asked.delete(id);
  }

  read(picture) {
    this.number += 1;
    const id = this.number;
    const answer = new Promise((resolve) => { this.asked.set(id, resolve); });
    this.worker.postMessage({ id, picture }, [picture]);
    return answer;
  }
}
