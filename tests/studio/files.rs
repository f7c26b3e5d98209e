//! Keyframes, clips and outputs: the rows and their files.

use std::path::Path;

use acceptance::{
    Engine, on_both_engines,
    production::{MP4, png},
};
use groundwork_core::{
    error::DomainError as _,
    services::studio::{ClipStatus, CreateClip, KeyframePosition, Studio, UpdateClip, Upload},
};
use tokio::io::AsyncReadExt as _;

use super::fixture::Fixture;

fn upload<'c>(name: &str, content: &'c [u8]) -> Upload<&'c [u8]> {
    Upload {
        original_name: name.to_owned(),
        content,
    }
}

async fn content(
    studio: &Studio,
    artifact: groundwork_core::services::studio::ArtifactId,
) -> Vec<u8> {
    let mut opened = studio.open_artifact(artifact).await.unwrap();
    let mut bytes = Vec::new();
    opened.file.content.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(opened.file.size_bytes, bytes.len() as u64);
    bytes
}

#[on_both_engines]
async fn a_keyframe_gives_back_the_bytes_that_were_brought(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, scenes) = fixture.project_with_scenes(1).await;
    let picture = png("dusk");
    let hostile = "../../etc/passwd";
    let position = KeyframePosition::End;
    let stored = fixture
        .studio
        .set_keyframe(scenes[0].id, position, upload(hostile, &picture));
    let stored = stored.await.unwrap().item;
    assert_eq!(stored.artifact.original_name, hostile);
    assert_eq!(stored.artifact.media_type, "image/png");
    assert_eq!(
        stored.artifact.size_bytes,
        i64::try_from(picture.len()).unwrap()
    );
    assert_eq!(content(&fixture.studio, stored.artifact.id).await, picture);

    let [file] = <[_; 1]>::try_from(fixture.stored_files()).unwrap();
    assert!(file.starts_with(Path::new(&project.id.to_string()).join("keyframes")));
    let details = fixture
        .studio
        .project_details(&fixture.db.reader(), project.id)
        .await;
    assert_eq!(details.unwrap().scenes[0].keyframes, [stored]);
}

#[on_both_engines]
async fn a_new_keyframe_takes_the_place_of_the_one_before(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, scenes) = fixture.project_with_scenes(1).await;
    let (scene, start) = (scenes[0].id, KeyframePosition::Start);
    let first = fixture
        .studio
        .set_keyframe(scene, start, upload("a", &png("1")))
        .await
        .unwrap();
    let second = fixture
        .studio
        .set_keyframe(scene, start, upload("b", &png("2")))
        .await
        .unwrap();
    assert_eq!((first.has_replaced, second.has_replaced), (false, true));
    let (first, second) = (first.item, second.item);
    assert_eq!(second.id, first.id);
    assert_eq!(content(&fixture.studio, second.artifact.id).await, png("2"));
    let gone = fixture
        .studio
        .open_artifact(first.artifact.id)
        .await
        .unwrap_err();
    assert_eq!(gone.code(), "ARTIFACT_NOT_FOUND");
    assert_eq!(fixture.count("file_trash").await, 1);

    let work = fixture.db.begin().await.unwrap();
    fixture
        .studio
        .remove_keyframe(&work, scene, start)
        .await
        .unwrap();
    let again = fixture
        .studio
        .remove_keyframe(&work, scene, start)
        .await
        .unwrap_err();
    assert_eq!(again.code(), "KEYFRAME_NOT_FOUND");
    work.commit().await.unwrap();
    fixture.files.sweep(&fixture.db).await.unwrap();
    assert!(fixture.stored_files().is_empty());
    let details = fixture
        .studio
        .project_details(&fixture.db.reader(), project.id)
        .await;
    assert_eq!(details.unwrap().scenes[0].keyframes, []);
}

#[on_both_engines]
#[case::empty(b"", "FILE_EMPTY")]
#[case::text(b"this is text, whatever its name says", "FILE_TYPE_NOT_ALLOWED")]
#[case::video(MP4, "FILE_TYPE_NOT_ALLOWED")]
async fn a_keyframe_that_is_no_picture_is_refused_and_nothing_is_left(
    #[case] bytes: &[u8],
    #[case] code: &str,
    engine: Engine,
) {
    let fixture = Fixture::new(engine).await;
    let (_, scenes) = fixture.project_with_scenes(1).await;
    let before = fixture.inventory().await;
    let start = KeyframePosition::Start;
    let refused = fixture
        .studio
        .set_keyframe(scenes[0].id, start, upload("a.png", bytes));
    assert_eq!(refused.await.unwrap_err().code(), code);
    assert_eq!(fixture.inventory().await, before);
}

#[on_both_engines]
async fn a_scene_that_goes_while_its_picture_comes_leaves_no_file(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (_, scenes) = fixture.project_with_scenes(1).await;
    let (mut ours, theirs) = tokio::io::duplex(64);
    let upload = Upload {
        original_name: "slow.png".to_owned(),
        content: theirs,
    };
    let start = KeyframePosition::Start;
    let storing = fixture.studio.set_keyframe(scenes[0].id, start, upload);
    let removing = async {
        use tokio::io::AsyncWriteExt as _;
        let picture = png("late");
        ours.write_all(&picture[..40]).await.unwrap();
        let work = fixture.db.begin().await.unwrap();
        fixture
            .studio
            .remove_scene(&work, scenes[0].id)
            .await
            .unwrap();
        work.commit().await.unwrap();
        // Nobody reads on if the scene was found gone before the first byte was wanted.
        ours.write_all(&picture[40..]).await.ok();
        drop(ours);
    };
    let (stored, ()) = tokio::join!(storing, removing);
    assert_eq!(stored.unwrap_err().code(), "SCENE_NOT_FOUND");
    for _ in 0..200 {
        if fixture.stored_files().is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{:?} stays", fixture.stored_files());
}

#[on_both_engines]
async fn attempts_at_a_clip_are_numbered_and_end_once(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let (project, scenes) = fixture.project_with_scenes(1).await;
    let scene = scenes[0].id;
    let work = fixture.db.begin().await.unwrap();
    let first = fixture
        .studio
        .add_clip(&work, scene, CreateClip::default())
        .await
        .unwrap();
    let failed = UpdateClip::Failed {
        error_message: "the provider is busy".to_owned(),
    };
    let first = fixture
        .studio
        .set_clip(&work, first.id, failed.clone())
        .await
        .unwrap();
    assert_eq!((first.attempt, first.status), (1, ClipStatus::Failed));
    let second = fixture
        .studio
        .add_clip(&work, scene, CreateClip::default())
        .await
        .unwrap();
    let started = UpdateClip::Running {
        provider_operation: Some("op-7".to_owned()),
    };
    let second = fixture
        .studio
        .set_clip(&work, second.id, started)
        .await
        .unwrap();
    assert_eq!((second.attempt, second.status), (2, ClipStatus::Running));
    work.commit().await.unwrap();

    let done = fixture
        .studio
        .complete_clip(second.id, Some(250), upload("c.mp4", MP4))
        .await;
    let done = done.unwrap();
    assert_eq!(
        (done.status, done.duration_ms),
        (ClipStatus::Complete, Some(250))
    );
    assert_eq!(done.provider_operation.as_deref(), Some("op-7"));
    assert_eq!(
        content(&fixture.studio, done.artifact.as_ref().unwrap().id).await,
        MP4
    );

    let before = fixture.inventory().await;
    let again = fixture
        .studio
        .complete_clip(second.id, None, upload("c.mp4", MP4))
        .await;
    assert_eq!(again.unwrap_err().code(), "CLIP_FINISHED");
    let work = fixture.db.begin().await.unwrap();
    let again = fixture.studio.set_clip(&work, first.id, failed).await;
    assert_eq!(again.unwrap_err().code(), "CLIP_FINISHED");
    drop(work);
    let details = fixture
        .studio
        .project_details(&fixture.db.reader(), project.id)
        .await;
    assert_eq!(details.unwrap().scenes[0].clips, [first, done]);
    for _ in 0..200 {
        if fixture.inventory().await == before {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(fixture.inventory().await, before);
}

#[on_both_engines]
async fn a_project_has_one_output(engine: Engine) {
    let fixture = Fixture::new(engine).await;
    let project = fixture.project().await.id;
    let first = fixture
        .studio
        .set_output(project, upload("a.mp4", MP4))
        .await
        .unwrap();
    let second = fixture
        .studio
        .set_output(project, upload("b.mp4", MP4))
        .await
        .unwrap();
    let details = fixture
        .studio
        .project_details(&fixture.db.reader(), project)
        .await;
    assert_eq!((first.has_replaced, second.has_replaced), (false, true));
    assert_eq!(details.unwrap().output, Some(second.item));
    fixture.files.sweep(&fixture.db).await.unwrap();
    assert_eq!(fixture.stored_files().len(), 1);
}
