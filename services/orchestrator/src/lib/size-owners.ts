/**
 * Whose size a session has: that of the viewer who typed last. tmux's own `window-size latest` counts an attach as much
 * as a key, so that a page which comes back in the background would shrink the window of the one who works in it; and
 * when the latest of several leaves while somebody watches, it keeps the size of who left (tmux/tmux#2657). So all tmux
 * clients but the owner's ignore their size. Between the owners of several servers `latest` decides.
 */

export interface Sized {
  sessionId: string
  /** This one has become the owner, or is no longer: `owns` says which. */
  onChange(): void
}

export function createSizeOwners() {
  /** By session, whoever typed last at the end: the owner. */
  const orders = new Map<string, Sized[]>()
  const orderOf = ({ sessionId }: Sized) => orders.get(sessionId) ?? []
  const owns = (viewer: Sized) => orderOf(viewer).at(-1) === viewer

  return {
    owns,

    /** The first one owns the size until another types. */
    add(viewer: Sized): void {
      orders.set(viewer.sessionId, [viewer, ...orderOf(viewer)])
    },

    typed(viewer: Sized): void {
      const order = orderOf(viewer)
      const before = order.at(-1)
      if (before === viewer || !order.includes(viewer)) return
      orders.set(viewer.sessionId, [...order.filter((other) => other !== viewer), viewer])
      viewer.onChange()
      before?.onChange()
    },

    delete(viewer: Sized): void {
      const owned = owns(viewer)
      const rest = orderOf(viewer).filter((other) => other !== viewer)
      if (rest.length === 0) orders.delete(viewer.sessionId)
      else orders.set(viewer.sessionId, rest)
      if (owned) rest.at(-1)?.onChange()
    },
  }
}
