//! A little Microsoft Graph on loopback, as the page describes it.
