"""A preview of the project as it stands takes the scores over, which take longest, where a rule has changed."""

from vitrine.engines.preview.plan import SCORED, Graph, planned


def test_scores_are_taken_over(project):
    manifest = project.manifests[0]
    graph = Graph(manifest, project.root)
    built = {(node["schema"], node["alias"]) for node in manifest["nodes"].values()}
    assert planned(graph, built).scored == sorted(SCORED)
