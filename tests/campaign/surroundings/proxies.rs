//! A proxy that lets through one statement in a message.

use migrate_fixtures::Proxy;

use super::Scene;
use super::herds::herd;
use super::place::{Place, Rights, reference};
use super::sets;

/// Each instance finds that out by itself.
pub(super) fn single_statements(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, rights, &files)?;
    let proxy = Proxy::before(scene.server.port()).map_err(|failure| failure.to_string())?;
    proxy.refuse_several(true);
    let mut place = Place::new(scene.server, rights);
    place.through = Some(proxy.port());
    herd(scene, &place, &files, &expected)
}
