//! The comment: against a server that behaves as GitHub and GitLab do, and against a model of many runs at once.

#[cfg(feature = "comment")]
mod command;
#[cfg(feature = "comment")]
mod server;
#[cfg(feature = "comment")]
mod wire;

use std::collections::BTreeMap;

use isms_cost::forge::{Comment, Done, Marker, Order, Post, Step, next};
use proptest::prelude::*;

fn post(run: u64, text: &str) -> Post {
    Post {
        marker: Marker {
            key: "default".to_owned(),
            order: Order::Run(run, 1),
        },
        text: text.to_owned(),
        commit: None,
        may_create: true,
    }
}

#[test]
fn one_step_at_a_time_to_one_comment() {
    let comment = |id: u64, body: &str| Comment {
        id,
        body: body.to_owned(),
    };
    let own = |id, run, text| comment(id, &post(run, text).body());
    let human = comment(1, "a remark");
    let quoted = comment(2, &format!("> {}", post(9, "x").body()));
    let mine = post(5, "new");
    assert_eq!(
        next(&[human.clone(), quoted.clone()], &mine),
        Step::Create(mine.body())
    );
    let small = Post {
        may_create: false,
        ..mine.clone()
    };
    assert_eq!(
        next(std::slice::from_ref(&human), &small),
        Step::Rest(Done::Small)
    );
    // What is there is updated however small the change.
    assert_eq!(
        next(&[own(4, 3, "old")], &small),
        Step::Update(4, mine.body())
    );
    assert_eq!(
        next(&[human, own(4, 3, "new\r\n")], &mine),
        Step::Rest(Done::Unchanged)
    );
    assert_eq!(next(&[own(4, 6, "newer")], &mine), Step::Rest(Done::Newer));
    // Another attempt of the same run is newer.
    let again = Post {
        marker: Marker {
            order: Order::Run(5, 2),
            ..mine.marker.clone()
        },
        ..mine.clone()
    };
    assert_eq!(
        next(&[own(4, 5, "old")], &again),
        Step::Update(4, again.body())
    );
    // Duplicates go, the first stays, and the newest text is kept.
    assert_eq!(
        next(&[own(7, 5, "new"), own(4, 5, "new")], &mine),
        Step::Delete(7)
    );
    assert_eq!(
        next(&[own(7, 6, "newer"), own(4, 3, "old")], &mine),
        Step::Update(4, post(6, "newer").body())
    );
    assert_eq!(
        next(&[own(7, 2, "older"), own(4, 6, "newer")], &mine),
        Step::Delete(7)
    );
    let other = Post {
        marker: Marker {
            key: "other".to_owned(),
            ..mine.marker.clone()
        },
        ..mine.clone()
    };
    assert_eq!(
        next(&[own(4, 3, "old")], &other),
        Step::Create(other.body())
    );
}

/// Comments that many runs look at and change.
#[derive(Default)]
struct Model {
    comments: BTreeMap<u64, String>,
    last: u64,
}

impl Model {
    fn look(&self) -> Vec<Comment> {
        let comment = |(id, body): (&u64, &String)| Comment {
            id: *id,
            body: body.clone(),
        };
        self.comments.iter().map(comment).collect()
    }

    fn act(&mut self, step: &Step) {
        match step {
            Step::Create(body) => {
                self.last += 1;
                self.comments.insert(self.last, body.clone());
            }
            Step::Update(id, body) => {
                if let Some(old) = self.comments.get_mut(id) {
                    old.clone_from(body);
                }
            }
            Step::Delete(id) => {
                self.comments.remove(id);
            }
            Step::Rest(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Runs look and act in any order. A run that has acted looks again once all requests under way have ended, which
    /// is what it waits for.
    #[test]
    fn many_runs_at_once_leave_the_newest(runs in 2u64..5, there in 0usize..3, schedule in prop::collection::vec(0u64..5, 0..40)) {
        let mut model = Model::default();
        for n in 0..there {
            model.act(&Step::Create(post(0, &format!("old {n}")).body()));
        }
        let posts: Vec<Post> = (1..=runs).map(|n| post(n, &format!("text {n}"))).collect();
        let mut pending: Vec<Option<Step>> = vec![None; posts.len()];
        for turn in schedule.iter().map(|t| (t % runs) as usize) {
            match pending[turn].take() {
                None => pending[turn] = Some(next(&model.look(), &posts[turn])),
                Some(step) => model.act(&step),
            }
        }
        for step in pending.into_iter().flatten() {
            model.act(&step);
        }
        // Nothing is under way any more: each run looks until there is nothing to do.
        let mut steps = 0;
        loop {
            let mut acted = false;
            for post in &posts {
                let step = next(&model.look(), post);
                acted |= !matches!(step, Step::Rest(_));
                model.act(&step);
                steps += 1;
            }
            prop_assert!(steps < 200, "never at rest");
            if !acted {
                break;
            }
        }
        let left: Vec<String> = model.comments.into_values().collect();
        prop_assert_eq!(left, [post(runs, &format!("text {runs}")).body()]);
    }
}
