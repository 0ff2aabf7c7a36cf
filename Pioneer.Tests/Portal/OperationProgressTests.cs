using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Operations;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>An operation says which way each change goes, and the way out that it has.</summary>
public sealed class OperationProgressTests : BunitContext
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    public OperationProgressTests() => Services.AddSingleton(TimeProvider.System).AddScoped<ViewerTime>();

    [Fact]
    public void Right_that_is_taken_away_is_told_from_one_that_is_given()
    {
        var taken = Open(OperationKind.ReconcileTenant, OperationState.Succeeded, Step(ChangeKind.Delete, "acl", "User:initech.portal Read on Topic prefix 'initech.'"));
        var given = Open(OperationKind.ReconcileTenant, OperationState.Succeeded, Step(ChangeKind.Create, "acl", "User:initech.portal Read on Topic prefix 'initech.'"));

        Assert.Contains("remove ACL", Words(taken), StringComparison.Ordinal);
        Assert.Contains("add ACL", Words(given), StringComparison.Ordinal);
    }

    [Fact]
    public void Times_of_a_setting_are_in_peoples_units() => Assert.Contains(
        "retention.ms=604800000 (7 d)",
        Open(OperationKind.ReconcileTenant, OperationState.Succeeded, Step(ChangeKind.Update, "topic-config", "acme.t.payments") with { After = "retention.ms=604800000" }).Markup,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(OperationKind.ReconcileTenant, true)]
    [InlineData(OperationKind.RunPlaybook, false)]
    [InlineData(OperationKind.RunBatch, false)]
    public void Planning_again_is_advised_for_plans_only(OperationKind kind, bool advised) =>
        Assert.Equal(advised, Open(kind, OperationState.Failed).Markup.Contains("Planning again", StringComparison.Ordinal));

    private static string Words(IRenderedComponent<OperationProgress> progress) =>
        string.Join(' ', progress.Find("tbody td.wide").TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static OperationStepLine Step(ChangeKind kind, string type, string resource) =>
        new(1, resource, kind, type, resource, null, null, OperationStepState.Succeeded, 1, null, Noon, Noon);

    private IRenderedComponent<OperationProgress> Open(OperationKind kind, OperationState state, params OperationStepLine[] steps) => Render<OperationProgress>(p => p.Add(
        x => x.Detail,
        new OperationView(
            new OperationLine(
                new OperationId(Guid.NewGuid()), kind, "initech", null, TenantSlug.Parse("initech"), state, 100, state is OperationState.Failed ? "It failed." : null, Noon, "Olga", Noon, Noon,
                steps.Length, steps.Length, Guid.NewGuid().ToString()),
            steps, MayControl: true)));
}
