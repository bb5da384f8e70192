import { Component, type ReactNode } from 'react'
import { TriangleAlertIcon } from 'lucide-react'
import { Notice } from '@/components/Notice'
import { Button } from '@/components/ui/button'

/** Keeps a failure inside the terminal away from the rest of the page. */
export class TerminalBoundary extends Component<{ children: ReactNode; hidden: boolean }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    if (this.props.hidden) return null
    return (
      <Notice
        alert
        icon={<TriangleAlertIcon />}
        title="The terminal stopped working on this page"
        action={<Button onClick={() => this.setState({ failed: false })}>Open it again</Button>}
      >
        The session itself keeps running.
      </Notice>
    )
  }
}
