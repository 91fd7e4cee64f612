use super::each;
use crate::document::{Cursor, DocumentError};

/// Who answers for the data.
#[derive(Clone, Debug)]
pub struct Team {
    name: String,
    description: String,
    members: Vec<Member>,
}

/// One of a team.
#[derive(Clone, Debug)]
pub struct Member {
    username: String,
    name: String,
    role: String,
    description: String,
}

/// Who may have which access, and who grants it.
#[derive(Clone, Debug)]
pub struct Role {
    role: String,
    access: String,
    description: String,
    approvers: Vec<String>,
}

impl Team {
    /// Empty where the document says nothing.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Empty where the document says nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// An object since version 3.1 of the standard, a list of people before.
    pub(crate) fn read(team: Cursor<'_>) -> Result<Team, DocumentError> {
        if !team.is_mapping() {
            let members = team.items()?.into_iter().map(Member::read);
            return Ok(Team {
                name: String::new(),
                description: String::new(),
                members: members.collect::<Result<_, _>>()?,
            });
        }
        let fields = team.mapping()?;
        Ok(Team {
            name: fields.text("name")?.unwrap_or_default(),
            description: fields.text("description")?.unwrap_or_default(),
            members: each(&fields, "members", Member::read)?,
        })
    }
}

impl Member {
    /// Account or mail address.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Empty where the document says nothing.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `owner`, `data steward` ...; empty where the document says nothing.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Empty where the document says nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    fn read(member: Cursor<'_>) -> Result<Member, DocumentError> {
        let fields = member.mapping()?;
        Ok(Member {
            username: fields.require("username")?.text()?.to_owned(),
            name: fields.text("name")?.unwrap_or_default(),
            role: fields.text("role")?.unwrap_or_default(),
            description: fields.text("description")?.unwrap_or_default(),
        })
    }
}

impl Role {
    pub fn role(&self) -> &str {
        &self.role
    }

    /// `read`, `write` ...; empty where the document says nothing.
    pub fn access(&self) -> &str {
        &self.access
    }

    /// Empty where the document says nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Who grants it, the first one first.
    pub fn approvers(&self) -> &[String] {
        &self.approvers
    }

    pub(crate) fn read(role: Cursor<'_>) -> Result<Role, DocumentError> {
        let fields = role.mapping()?;
        let first = fields.text("firstLevelApprovers")?;
        let second = fields.text("secondLevelApprovers")?;
        Ok(Role {
            role: fields.require("role")?.text()?.to_owned(),
            access: fields.text("access")?.unwrap_or_default(),
            description: fields.text("description")?.unwrap_or_default(),
            approvers: first.into_iter().chain(second).collect(),
        })
    }
}
