// The live figures, and what other desks saw: follows the lesson's change feed.
const PAUSE_MS = 4000;

export class Counter {
  constructor(root, server, sequence, { onConflict, onOnline }) {
    this.root = root;
    this.server = server;
    this.sequence = sequence;
    this.on = { onConflict, onOnline };
    this.isAsking = false;
    setInterval(() => { if (!document.hidden) this.follow(); }, PAUSE_MS);
  }

  async follow() {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      const changes = await this.server.get(`/changes?after=${this.sequence}`);
      this.on.onOnline(true);
      for (const change of changes.items) {
        if (change.attendee && change.attendee.conflict) this.on.onConflict(change.attendee.id);
      }
      if (changes.items.length) this.put(await this.server.get("/counter"));
      this.sequence = changes.sequence;
    } catch {
      this.on.onOnline(false);
    }
    this.isAsking = false;
  }

  put(figures) {
    for (const [name, figure] of Object.entries(figures)) {
      const place = this.root.querySelector(`[data-figure="${name}"]`);
      if (place) place.textContent = figure;
    }
  }
}
