//! Ending a run's pauses when somebody asks for that.

use std::sync::Arc;

use tokio::sync::watch;

/// Set once, when a signal asks a run to end.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<watch::Sender<bool>>);

impl Default for Interrupt {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Interrupt {
    /// Asks the run to end.
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    /// Whether the run was asked to end.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the run is asked to end.
    pub async fn wait(&self) {
        let mut asked = self.0.subscribe();
        // The sender is held here, so there is nothing that could fail.
        let _ = asked.wait_for(|is_set| *is_set).await;
    }
}
