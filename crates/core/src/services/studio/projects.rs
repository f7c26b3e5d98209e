//! Projects: create, read, list, change, remove.

use entity::studio::{ProjectId, ProjectStatus, projects};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use tracing::info;
use utoipa::ToSchema;

use super::{
    Studio, StudioError,
    fields::present,
    rows::{check_text, lock_project, set_or_keep},
    text::{self, STYLE_GUIDE_MAX_BYTES, TextFault},
    views::Project,
};
use crate::{
    db::{Doing as _, UnitOfWork},
    page::{Page, PageRequest},
};

/// A project to be created. The rules of its texts are in [`text`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProject {
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
        example = "Dusk"
    )]
    pub title: String,
    /// What it is to be made from.
    #[schema(
        min_length = 1,
        max_length = 20000,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        example = "A keeper lights the lamp."
    )]
    pub prompt: String,
    /// The name of its visual style.
    #[schema(
        min_length = 1,
        max_length = 50,
        pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
        example = "ink"
    )]
    pub style: String,
    /// What the style means in detail.
    #[schema(example = json!({"palette": ["#1b1f4b"]}))]
    pub style_guide: Option<Map<String, Value>>,
}

/// A change of a project. `None`, in JSON a field that is left out, keeps what is stored.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateProject {
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
        example = "Dusk"
    )]
    pub title: Option<String>,
    /// What it is made from.
    #[schema(
        min_length = 1,
        max_length = 20000,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        example = "A keeper lights the lamp."
    )]
    pub prompt: Option<String>,
    /// The name of its visual style.
    #[schema(
        min_length = 1,
        max_length = 50,
        pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
        example = "ink"
    )]
    pub style: Option<String>,
    /// What the style means in detail; JSON's `null`, here `Some(None)`, removes it.
    #[schema(value_type = Option<Map<String, Value>>, example = json!({"palette": ["#1b1f4b"]}))]
    #[serde(default, deserialize_with = "present")]
    pub style_guide: Option<Option<Map<String, Value>>>,
}

impl Studio {
    /// Creates a project without scenes, a draft.
    ///
    /// # Errors
    /// [`StudioError::InvalidText`] if a text breaks its rule.
    pub async fn add_project(
        &self,
        work: &UnitOfWork,
        new: CreateProject,
    ) -> Result<Project, StudioError> {
        check_text("title", &new.title, text::TITLE)?;
        check_text("prompt", &new.prompt, text::PROMPT)?;
        check_text("style", &new.style, text::STYLE)?;
        check_style_guide(new.style_guide.as_ref())?;
        let id = ProjectId::from(self.clock.new_id());
        let now = self.clock.now();
        let row = projects::ActiveModel {
            id: Set(id),
            title: Set(new.title),
            prompt: Set(new.prompt),
            style: Set(new.style),
            status: Set(ProjectStatus::Draft),
            style_guide: Set(new.style_guide.map(Value::Object)),
            storyboard: Set(None),
            content_digest: Set(None),
            error_message: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        };
        projects::Entity::insert(row)
            .exec_without_returning(work)
            .await
            .doing("adding a project")?;
        info!(project.id = %id, "added project");
        self.project(work, id).await
    }

    /// The project, or `None` if there is none of this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_project(
        &self,
        connection: &impl ConnectionTrait,
        project: ProjectId,
    ) -> Result<Option<Project>, StudioError> {
        projects::Entity::find_by_id(project)
            .into_partial_model::<Project>()
            .one(connection)
            .await
            .doing("reading a project")
            .map_err(Into::into)
    }

    /// The project.
    ///
    /// # Errors
    /// [`StudioError::ProjectNotFound`].
    pub async fn project(
        &self,
        connection: &impl ConnectionTrait,
        project: ProjectId,
    ) -> Result<Project, StudioError> {
        self.find_project(connection, project)
            .await?
            .ok_or(StudioError::ProjectNotFound { project })
    }

    /// A page of projects, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_projects(
        &self,
        connection: &impl ConnectionTrait,
        page: PageRequest,
    ) -> Result<Page<Project>, StudioError> {
        let mut query = projects::Entity::find();
        if let Some(cursor) = page.after {
            query = query.filter(projects::Column::Id.lt(cursor.id()));
        }
        // Ids are made in the order of time, so that they sort as `created_at` does, without ties.
        let rows = query
            .order_by_desc(projects::Column::Id)
            .limit(page.limit.items() + 1)
            .into_partial_model::<Project>()
            .all(connection)
            .await
            .doing("listing projects")?;
        Ok(Page::of_surplus(rows, page.limit, |row| row.id.into()))
    }

    /// Changes a project.
    ///
    /// # Errors
    /// [`StudioError::ProjectNotFound`]; [`StudioError::InvalidText`] if a text breaks its rule.
    pub async fn set_project(
        &self,
        work: &UnitOfWork,
        project: ProjectId,
        change: UpdateProject,
    ) -> Result<Project, StudioError> {
        let UpdateProject {
            title,
            prompt,
            style,
            style_guide,
        } = change;
        for (field, text, rule) in [
            ("title", &title, text::TITLE),
            ("prompt", &prompt, text::PROMPT),
            ("style", &style, text::STYLE),
        ] {
            if let Some(text) = text {
                check_text(field, text, rule)?;
            }
        }
        check_style_guide(style_guide.as_ref().and_then(Option::as_ref))?;
        lock_project(work, project).await?;
        let row = projects::ActiveModel {
            title: set_or_keep(title),
            prompt: set_or_keep(prompt),
            style: set_or_keep(style),
            style_guide: set_or_keep(style_guide.map(|guide| guide.map(Value::Object))),
            updated_at: Set(self.clock.now()),
            content_digest: Set(None),
            ..Default::default()
        };
        projects::Entity::update_many()
            .set(row)
            .filter(projects::Column::Id.eq(project))
            .exec(work)
            .await
            .doing("changing a project")?;
        self.project(work, project).await
    }

    /// Removes a project with everything that belongs to it. Its files go to the trash in the same
    /// unit of work, and from the disk after its commit.
    ///
    /// # Errors
    /// [`StudioError::ProjectNotFound`].
    pub async fn remove_project(
        &self,
        work: &UnitOfWork,
        project: ProjectId,
    ) -> Result<(), StudioError> {
        let removed = projects::Entity::delete_by_id(project)
            .exec(work)
            .await
            .doing("removing a project")?;
        if removed.rows_affected == 0 {
            return Err(StudioError::ProjectNotFound { project });
        }
        info!(project.id = %project, "removed project");
        Ok(())
    }
}

fn check_style_guide(guide: Option<&Map<String, Value>>) -> Result<(), StudioError> {
    let Some(guide) = guide else { return Ok(()) };
    let field = "style_guide";
    if text::has_nul(guide) {
        let fault = TextFault::Nul;
        return Err(StudioError::InvalidText { field, fault });
    }
    let bytes = serde_json::to_vec(guide).map_or(0, |json| json.len());
    if bytes > STYLE_GUIDE_MAX_BYTES {
        return Err(StudioError::InvalidValue {
            field,
            expected: format!(
                "has {bytes} bytes as JSON; at most {STYLE_GUIDE_MAX_BYTES} are allowed"
            ),
        });
    }
    Ok(())
}
