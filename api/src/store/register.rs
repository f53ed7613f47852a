//! Registers of institutions: taken in, and read with the links between identifiers.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use entity::{institution, institution_link, register_cut, register_edition, register_entry};
use futures_util::TryStreamExt;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::OnConflict,
};

use tokio::sync::Mutex;

use crate::domain::{Attributes, Cuts, PhaseGroup, Pseudonym, Register, RegisterEdition, RegisterEntry};

use super::{Error, Result, Store, intake::last_id, submit::id};

/// Rows of one statement: 10 columns of an entry stay below the 32,766 values that SQLite binds.
const CHUNK: usize = 2_000;

/// What a register says of an institution.
const SAID: [register_entry::Column; 8] = [
    register_entry::Column::LocalAuthorityId,
    register_entry::Column::OpenedOn,
    register_entry::Column::ClosedOn,
    register_entry::Column::Phase,
    register_entry::Column::Type,
    register_entry::Column::Disadvantage,
    register_entry::Column::Size,
    register_entry::Column::Setting,
];

/// What a register says of an institution, ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRegisterEntry {
    /// Which one, as a pseudonym.
    pub institution: Pseudonym,
    /// Its other identifiers, as pseudonyms.
    pub names: Vec<Pseudonym>,
    /// What is said of it.
    pub entry: RegisterEntry,
}

/// The registers as they were read last, with what was there then. Whoever wants them while they are read waits for that.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<(RegisterState, Arc<Register>)>>);

/// Which registers and links there are.
#[derive(PartialEq, Eq)]
struct RegisterState {
    /// Each edition with its checksum.
    editions: Vec<(i64, String)>,
    entries: u64,
    links: usize,
}

/// What became of a register.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RegisterReceipt {
    /// Whether a register of the same source and day was there, to which it was added.
    pub extended: bool,
    /// How many institutions the register of that day has now.
    pub institutions: usize,
    /// Identifiers that name an institution of the register from now on.
    pub named: usize,
    /// Identifiers that go on naming another institution, because results were handed in under them.
    pub apart: usize,
}

impl Store {
    /// Every register that was taken in, and the links between identifiers. Read anew only where something was taken in or erased since it was
    /// read last.
    ///
    /// # Errors
    /// When the database fails or holds something that the application does not write.
    pub async fn register(&self) -> Result<Arc<Register>> {
        let mut kept = self.registers.0.lock().await;
        let state = self.state_of_registers().await?;
        if let Some((_, register)) = kept.as_ref().filter(|(read_at, _)| *read_at == state) {
            return Ok(register.clone());
        }
        // Two of them would be twice the memory.
        *kept = None;
        let register = Arc::new(self.register_on(&self.database).await?);
        *kept = Some((state, register.clone()));
        Ok(register)
    }

    /// What differs as soon as a register or a link is taken in, or something of one is erased.
    async fn state_of_registers(&self) -> Result<RegisterState> {
        let editions = register_edition::Entity::find()
            .select_only()
            .columns([register_edition::Column::Id, register_edition::Column::Checksum])
            .order_by_asc(register_edition::Column::Id)
            .into_tuple()
            .all(&self.database)
            .await?;
        let entries = register_entry::Entity::find().count(&self.database).await?;
        Ok(RegisterState { editions, entries, links: self.links_on(&self.database).await? })
    }

    /// How many links between identifiers there are. There are never fewer.
    pub(super) async fn links_on(&self, connection: &impl ConnectionTrait) -> Result<usize> {
        let count = institution_link::Entity::find().count(connection).await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    async fn register_on(&self, connection: &DatabaseConnection) -> Result<Register> {
        let mut register = Register::default();
        let editions = register_edition::Entity::find()
            .order_by_asc(register_edition::Column::AsOf)
            .order_by_asc(register_edition::Column::Id);
        let editions = editions.all(connection).await?;
        if !editions.is_empty() {
            let areas: HashMap<i64, String> =
                self.area_ids(connection).await?.into_iter().map(|(code, id)| (id, code)).collect();
            // Ascending by day, one row at a time: what an edition says as the one before did is never held.
            for edition in editions {
                let of_edition =
                    register_entry::Entity::find().filter(register_entry::Column::EditionId.eq(edition.id));
                let mut rows = of_edition.stream(connection).await?;
                while let Some(row) = rows.try_next().await? {
                    let corrupt = || Error::Corrupt("the area of an entry of a register".to_owned());
                    let attributes = [row.phase, row.r#type, row.disadvantage, row.size, row.setting];
                    let entry = RegisterEntry {
                        as_of: edition.as_of,
                        local_authority: areas.get(&row.local_authority_id).cloned().ok_or_else(corrupt)?,
                        attributes: Attributes(attributes.map(|code| u8::try_from(code).unwrap_or_default())),
                        opened_on: row.opened_on,
                        closed_on: row.closed_on,
                    };
                    register.enter(pseudonym(row.pseudonym)?, entry);
                }
            }
        }
        for link in institution_link::Entity::find().all(connection).await? {
            let (identifier, target) = (pseudonym(link.pseudonym)?, pseudonym(link.target)?);
            match link.kind {
                institution_link::Kind::Name => register.name(identifier, target),
                institution_link::Kind::Chain => register.chain(identifier, target),
            }
        }
        Ok(register)
    }

    /// Every register that was taken in, newest first, without its institutions.
    ///
    /// # Errors
    /// When the database fails or holds something that the application does not write.
    pub async fn register_editions(&self) -> Result<Vec<RegisterEdition>> {
        let editions = register_edition::Entity::find()
            .order_by_desc(register_edition::Column::AsOf)
            .order_by_asc(register_edition::Column::Source)
            .all(&self.database)
            .await?;
        let mut cuts: HashMap<i64, Cuts> = HashMap::new();
        for row in register_cut::Entity::find().all(&self.database).await? {
            let group = PhaseGroup::ALL.into_iter().find(|group| group.as_str() == row.phase_group);
            let place = usize::try_from(row.quintile - 1).ok().filter(|&place| place < 4);
            let (group, place) =
                group.zip(place).ok_or_else(|| Error::Corrupt(format!("the cut `{}`", row.phase_group)))?;
            let up_to = cuts.entry(row.edition_id).or_default().entry(group).or_default();
            up_to[place] = u16::try_from(row.up_to).unwrap_or_default();
        }
        editions
            .into_iter()
            .map(|edition| {
                let mut checksum = [0; 32];
                hex::decode_to_slice(&edition.checksum, &mut checksum)
                    .map_err(|_| Error::Corrupt(format!("the checksum `{}`", edition.checksum)))?;
                Ok(RegisterEdition {
                    source: edition.source.into(),
                    as_of: edition.as_of,
                    checksum,
                    institutions: usize::try_from(edition.institutions).unwrap_or_default(),
                    cuts: cuts.remove(&edition.id).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Takes in a register. To one of the same source and day it is added: what it says of an institution comes in the place of what that one said.
    /// Results that are stored stay.
    ///
    /// # Errors
    /// When the database fails: then nothing is stored.
    pub async fn take_in_register(
        &self,
        edition: &RegisterEdition,
        entries: &[NewRegisterEntry],
    ) -> Result<RegisterReceipt> {
        let _alone = self.alone().await?;
        let transaction = self.begin_writing().await?;
        let source: register_edition::Source = edition.source.into();
        let before = register_edition::Entity::find()
            .filter(register_edition::Column::Source.eq(source))
            .filter(register_edition::Column::AsOf.eq(edition.as_of))
            .one(&transaction)
            .await?;
        let mut receipt = RegisterReceipt { extended: before.is_some(), ..RegisterReceipt::default() };
        let key = match &before {
            Some(before) => before.id,
            None => last_id::<register_edition::Entity>(&transaction, register_edition::Column::Id).await? + 1,
        };
        if before.is_some() {
            let of_edition = register_cut::Column::EditionId.eq(key);
            register_cut::Entity::delete_many().filter(of_edition).exec(&transaction).await?;
        } else {
            let row = register_edition::ActiveModel {
                id: Set(key),
                source: Set(source),
                as_of: Set(edition.as_of),
                checksum: Set(hex::encode(edition.checksum)),
                institutions: Set(0),
            };
            register_edition::Entity::insert(row).exec_without_returning(&transaction).await?;
        }
        let cuts = edition.cuts.iter().flat_map(|(group, up_to)| {
            up_to.iter().zip(1..).map(move |(up_to, quintile)| register_cut::ActiveModel {
                edition_id: Set(key),
                phase_group: Set(group.as_str().to_owned()),
                quintile: Set(quintile),
                up_to: Set(i16::try_from(*up_to).unwrap_or(i16::MAX)),
            })
        });
        let cuts: Vec<register_cut::ActiveModel> = cuts.collect();
        if !cuts.is_empty() {
            register_cut::Entity::insert_many(cuts).exec_without_returning(&transaction).await?;
        }
        let areas = self.area_ids(&transaction).await?;
        for chunk in entries.chunks(CHUNK) {
            let mut rows = Vec::with_capacity(chunk.len());
            for NewRegisterEntry { institution, entry, .. } in chunk {
                let [phase, kind, disadvantage, size, setting] = entry.attributes.0.map(i16::from);
                rows.push(register_entry::ActiveModel {
                    edition_id: Set(key),
                    pseudonym: Set(institution.0.to_vec()),
                    local_authority_id: Set(id(&areas, &entry.local_authority)?),
                    opened_on: Set(entry.opened_on),
                    closed_on: Set(entry.closed_on),
                    phase: Set(phase),
                    r#type: Set(kind),
                    disadvantage: Set(disadvantage),
                    size: Set(size),
                    setting: Set(setting),
                });
            }
            let replace = OnConflict::columns([register_entry::Column::EditionId, register_entry::Column::Pseudonym])
                .update_columns(SAID)
                .to_owned();
            let rows = register_entry::Entity::insert_many(rows).on_conflict(replace);
            rows.exec_without_returning(&transaction).await?;
        }
        let of_edition = register_entry::Entity::find().filter(register_entry::Column::EditionId.eq(key));
        let institutions = of_edition.count(&transaction).await?;
        receipt.institutions = usize::try_from(institutions).unwrap_or(usize::MAX);
        let row = register_edition::ActiveModel {
            id: Set(key),
            checksum: Set(hex::encode(edition.checksum)),
            institutions: Set(i64::try_from(institutions).unwrap_or(i64::MAX)),
            ..Default::default()
        };
        register_edition::Entity::update(row).exec(&transaction).await?;
        let known = known(&transaction).await?;
        let mut links = Links::read(&transaction).await?;
        for NewRegisterEntry { institution, names, .. } in entries {
            for name in names {
                match links.name(*name, *institution, &known) {
                    Some(true) => receipt.named += 1,
                    Some(false) => {}
                    None => receipt.apart += 1,
                }
            }
        }
        links.write(&transaction).await?;
        transaction.commit().await?;
        Ok(receipt)
    }

    /// Keeps what is handed in under any identifier of a chain, from the oldest to the newest, under one of them: under that of which something was handed in, or
    /// else under the oldest. What was kept stays where it is. Returns for each chain whether it is one now.
    ///
    /// # Errors
    /// When the database fails: then nothing is stored.
    pub async fn take_in_chains(&self, chains: &[Vec<Pseudonym>]) -> Result<Vec<bool>> {
        let _alone = self.alone().await?;
        let transaction = self.begin_writing().await?;
        let known = known(&transaction).await?;
        let mut links = Links::read(&transaction).await?;
        let made = chains.iter().map(|chain| links.chain(chain, &known)).collect();
        links.write(&transaction).await?;
        transaction.commit().await?;
        Ok(made)
    }
}

/// The identifiers under which something is kept.
async fn known(connection: &impl ConnectionTrait) -> Result<HashSet<Pseudonym>> {
    let rows = institution::Entity::find().select_only().column(institution::Column::Pseudonym).into_tuple::<Vec<u8>>();
    rows.all(connection).await?.into_iter().map(pseudonym).collect()
}

/// The links between identifiers, and which of them are new. A link that is there stays for ever: another one would give an institution that is known another
/// record key, and with it other noise.
struct Links {
    register: Register,
    new: Vec<institution_link::ActiveModel>,
    names: HashMap<Pseudonym, Pseudonym>,
    /// Under which identifiers others are kept.
    targets: HashSet<Pseudonym>,
}

impl Links {
    async fn read(connection: &impl ConnectionTrait) -> Result<Self> {
        let mut links =
            Self { register: Register::default(), new: Vec::new(), names: HashMap::new(), targets: HashSet::new() };
        for link in institution_link::Entity::find().all(connection).await? {
            let (identifier, target) = (pseudonym(link.pseudonym)?, pseudonym(link.target)?);
            links.note(link.kind, identifier, target);
        }
        Ok(links)
    }

    fn note(&mut self, kind: institution_link::Kind, identifier: Pseudonym, target: Pseudonym) {
        match kind {
            institution_link::Kind::Name => {
                self.names.insert(identifier, target);
                self.register.name(identifier, target);
            }
            institution_link::Kind::Chain => {
                self.targets.insert(target);
                self.register.chain(identifier, target);
            }
        }
    }

    fn add(&mut self, kind: institution_link::Kind, identifier: Pseudonym, target: Pseudonym) {
        self.note(kind, identifier, target);
        self.new.push(institution_link::ActiveModel {
            pseudonym: Set(identifier.0.to_vec()),
            kind: Set(kind),
            target: Set(target.0.to_vec()),
        });
    }

    /// Lets an identifier name an institution of a register. Whether that is new; `None` where it stays the name of another one.
    fn name(&mut self, name: Pseudonym, target: Pseudonym, known: &HashSet<Pseudonym>) -> Option<bool> {
        if let Some(&before) = self.names.get(&name) {
            return (before == target).then_some(false);
        }
        let kept_under = self.register.identify(target).institution;
        if known.contains(&name) && name != kept_under {
            // Something was handed in under it: the other identifiers follow, unless something was handed in under these as well.
            if kept_under != target || known.contains(&target) || self.targets.contains(&target) {
                return None;
            }
            self.add(institution_link::Kind::Chain, target, name);
        }
        self.add(institution_link::Kind::Name, name, target);
        Some(true)
    }

    /// Makes a chain of identifiers; `false` where things are kept under several of them.
    fn chain(&mut self, chain: &[Pseudonym], known: &HashSet<Pseudonym>) -> bool {
        let mut kept_under: Vec<Pseudonym> = chain
            .iter()
            .map(|&identifier| self.register.identify(identifier).institution)
            .zip(chain)
            .filter(|(root, identifier)| root != *identifier || known.contains(root) || self.targets.contains(root))
            .map(|(root, _)| root)
            .collect();
        kept_under.sort_unstable();
        kept_under.dedup();
        let root = match kept_under[..] {
            [] => chain[0],
            [root] => root,
            _ => return false,
        };
        for &identifier in chain {
            if identifier != root && self.register.identify(identifier).institution != root {
                self.add(institution_link::Kind::Chain, identifier, root);
            }
        }
        true
    }

    async fn write(self, connection: &impl ConnectionTrait) -> Result<()> {
        for chunk in self.new.chunks(CHUNK) {
            let rows = institution_link::Entity::insert_many(chunk.iter().cloned());
            rows.exec_without_returning(connection).await?;
        }
        Ok(())
    }
}

fn pseudonym(bytes: Vec<u8>) -> Result<Pseudonym> {
    Ok(Pseudonym(bytes.try_into().map_err(|_| Error::Corrupt("a pseudonym of another length".to_owned()))?))
}
