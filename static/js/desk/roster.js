// Who is expected, in memory while the page lives: found by what a code opens, named only once opened.
import { GROUP, SEARCH, TICKET, boxKey, openBox } from "./boxes.js";

export class Roster {
  constructor(store, lesson) {
    this.store = store;
    this.lesson = lesson;
    this.head = null;
    this.people = new Map(); // attendee id → {name, enterprise, phone}: never written anywhere
    this.take({ attendees: [], groups: [], revoked: [], search: null });
  }

  get isLoaded() {
    return Boolean(this.head);
  }

  // What a verdict depends on, of the lesson that is entered.
  get door() {
    const { state, opens_at: opens, closes_at: closes } = this.head.about;
    return { trainingState: state, opensAt: Date.parse(opens), closesAt: Date.parse(closes) };
  }

  async load() {
    const [head, roster, entries] = await Promise.all([this.store.head(), this.store.roster(), this.store.entries()]);
    if (!head || !roster) return;
    this.head = head;
    this.take(roster);
    for (const entry of entries) this.put(entry);
  }

  // Take a whole roster from the server.
  async replace(answer) {
    const { lesson: about, sequence, letterbox, desk, server_time: at } = answer;
    this.head = { about, sequence, letterbox, desk, skew: Date.parse(at) - Date.now(), fetched: Date.now(), isStale: false };
    const groups = this.groupBoxes; // those of before, until the new ones are here
    this.take({ ...answer, groups });
    await this.store.putRoster(this.head, { ...answer, groups });
  }

  // Take the boxes of the group cards; they come after the people, so that a desk opens sooner.
  async takeGroups(groups) {
    this.putGroups(groups);
    this.head = { ...this.head, hasGroups: true };
    await this.store.putGroups(this.head, groups);
  }

  // Take a page of the change feed; give the entries that changed.
  async apply({ items, sequence, lesson }) {
    const entries = [...new Map(items.filter((item) => item.attendee).map((item) => [item.attendee.id, item.attendee])).values()];
    const about = lesson || items.findLast((item) => item.lesson)?.lesson || this.head.about;
    const isStale = this.head.isStale || items.some((item) => item.kind === "roster");
    for (const entry of entries) this.put(entry);
    if (items.length || sequence !== this.head.sequence) {
      this.head = { ...this.head, about, sequence, isStale };
      await this.store.putChanges(this.head, entries);
    }
    return entries;
  }

  // Note what is known of the server since: when it last answered, how far its clock is from ours.
  async keepHead(news) {
    this.head = { ...this.head, ...news };
    await this.store.putChanges(this.head, []);
  }

  take({ attendees, groups, revoked, search }) {
    this.byId = new Map();
    this.byLookup = new Map();
    this.revoked = new Set(revoked);
    this.putGroups(groups);
    this.searchBox = search;
    this.index = null;
    for (const entry of attendees) this.put(entry);
  }

  putGroups(groups) {
    this.groupBoxes = groups;
    this.groups = new Map(groups.map((group) => [group.lookup, group.box]));
  }

  put(entry) {
    const before = this.byId.get(entry.id);
    if (before && before.lookup && before.lookup !== entry.lookup) {
      this.byLookup.delete(before.lookup);
      this.revoked.add(before.lookup);
    }
    this.byId.set(entry.id, entry);
    if (entry.lookup) this.byLookup.set(entry.lookup, entry);
  }

  // Give {lookup, entry, isRevoked} of a ticket's id, and remember who it is.
  async openTicket(id) {
    const { key, lookup } = await boxKey(id, this.lesson, TICKET);
    const entry = this.byLookup.get(lookup) || null;
    if (entry && !this.people.has(entry.id)) {
      const opened = await openBox(key, entry.box, entry.id);
      if (opened) this.people.set(entry.id, { name: opened[0], enterprise: opened[1], phone: opened[2] });
    }
    return { lookup, entry, isRevoked: this.revoked.has(lookup) };
  }

  // Give {enterprise, ids} of a group's card, or null; its people are remembered.
  async openGroup(id) {
    const { key, lookup } = await boxKey(id, this.lesson, GROUP);
    const opened = this.groups.has(lookup) && await openBox(key, this.groups.get(lookup), "group");
    if (!opened) return null;
    for (const [attendee, name, phone] of opened.a) this.people.set(attendee, { name, enterprise: opened.e, phone });
    return { lookup, enterprise: opened.e, ids: opened.a.map(([attendee]) => attendee) };
  }

  get hasNames() {
    return Boolean(this.searchBox);
  }

  // Give everybody's name where this desk may search without network, else null.
  async names(token) {
    if (!this.searchBox) return null;
    if (!this.index) {
      const { key } = await boxKey(token, this.lesson, SEARCH);
      const opened = await openBox(key, this.searchBox, "search");
      if (!opened) return null; // sealed for the token that this desk had before
      this.index = opened.map(([id, name, enterprise, phone]) => ({ id, name, enterprise, phone }));
      for (const { id, ...person } of this.index) this.people.set(id, person);
    }
    return this.index;
  }

  // The person as a verdict shows them.
  card(id) {
    const person = this.people.get(id);
    return id ? { id, name: person?.name || "", enterprise: person?.enterprise || "", phone_masked: person?.phone || "" } : null;
  }

  // Remember somebody whom the server has named.
  meet({ id, name, enterprise, phone_masked: phone }) {
    if (name) this.people.set(id, { name, enterprise, phone });
  }

  forget() {
    this.people.clear();
    this.take({ attendees: [], groups: [], revoked: [], search: null });
    this.head = null;
  }
}
