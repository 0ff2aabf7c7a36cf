using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Tenants;

/// <summary>Tenants and their plans.</summary>
internal static class TenantsApi
{
    public static void MapTenants(this RouteGroupBuilder api)
    {
        api.MapPost("/tenants", async (TenantBody body, CreateTenant create, CurrentActor current, CancellationToken ct) =>
            (await create.ExecuteAsync(current.Actor, body.ToRequest(), ct)).ToAnswer(created =>
                ApiProblems.Accepted(created.Operation, new TenantStarted(created.Slug.Value, created.Operation))))
            .Starts<TenantStarted>("Onboards a tenant.");

        api.MapGet("/tenants", async (
            string? query, TenantState? state, bool? drifted, string? sort, string? cursor, int? limit, TenantQueries tenants, CurrentActor current, CancellationToken ct) =>
            Results.Ok(await tenants.ListAsync(current.Actor, new TenantFilter(query, state, drifted ?? false, sort, cursor, limit), ct)))
            .Answers<Page<TenantRow>>("Lists tenants by slug, or as sort says: name, -name, -slug, created, -created, -drift.");

        api.MapGet("/tenants/{slug}", GetAsync).Answers<TenantDetail>("Shows a tenant; its ETag is for changes.");

        api.MapPut("/tenants/{slug}/limits", async (
            string slug, TenantLimits limits, ExpectedRevision expected, SetTenantLimits set, CurrentActor current, CancellationToken ct) =>
            (await set.ExecuteAsync(current.Actor, slug, limits, expected.Value, ct)).ToAccepted(expected)).Starts("Sets how much of the brokers a tenant may take.");

        api.MapPatch("/tenants/{slug}",
            async (string slug, TenantChangeBody body, ExpectedRevision expected, TenantLifecycle lifecycle, TenantQueries tenants, CurrentActor current, HttpContext http, CancellationToken ct) =>
                await lifecycle.RenameAsync(current.Actor, slug, body.Name ?? "", expected.Value, ct) is { IsFailure: true } refused
                    ? expected.Problem(refused.Error)
                    : await GetAsync(slug, tenants, current, http, ct)).Answers<TenantDetail>("Renames a tenant.");

        api.MapDelete("/tenants/{slug}", async (string slug, string? confirm, ExpectedRevision expected, TenantLifecycle lifecycle, CurrentActor current, CancellationToken ct) =>
            (await lifecycle.OffboardAsync(current.Actor, slug, confirm, expected.Value, ct)).ToAccepted(expected)).Starts("Off-boards a tenant: deletes all that is its own. 'confirm' is its slug.");

        api.MapPost("/tenants/{slug}:suspend", async (string slug, TenantLifecycle lifecycle, CurrentActor current, CancellationToken ct) =>
            (await lifecycle.SuspendAsync(current.Actor, slug, ct)).ToAccepted()).Starts("Suspends a tenant: rights off, queries and connectors paused, data kept.");

        api.MapPost("/tenants/{slug}:resume", async (string slug, TenantLifecycle lifecycle, CurrentActor current, CancellationToken ct) =>
            (await lifecycle.ResumeAsync(current.Actor, slug, ct)).ToAccepted()).Starts("Resumes a suspended tenant.");

        api.MapGet("/tenants/{slug}/plan", GetPlanAsync).Answers<PlanBody>("Compares what is wanted with what is there.");

        api.MapPost("/tenants/{slug}/plan:apply", async (
            string slug, string? confirm, bool? takesNothing, RequestReconcile reconcile, CurrentActor current, CancellationToken ct) =>
            (await reconcile.ForTenantAsync(current.Actor, slug, confirm, takesNothing ?? false, ct)).ToAccepted())
            .Starts("Applies the plan. Where it takes away rights, protection or records, 'confirm' is the tenant's slug; takesNothing=true leaves such changes out.");

        api.MapGet("/tenants/{slug}/streams",
            async (string slug, [AsParameters] PageQuery page, TenantStreams streams, CurrentActor current, HttpContext http, CancellationToken ct) =>
                (await streams.ListAsync(current.Actor, slug, ct)).ToAnswer(list => page.AnswerPart(http, list, StreamBody.Of)))
            .Answers<StreamBody[]>("Lists what the tenant's queries may read.");
    }

    private static async Task<IResult> GetAsync(string slug, TenantQueries tenants, CurrentActor current, HttpContext http, CancellationToken ct) =>
        (await tenants.GetAsync(current.Actor, slug, ct)).ToAnswer(http, tenant => tenant.Tenant.Revision);

    private static async Task<IResult> GetPlanAsync(string slug, TenantQueries tenants, TenantPlanner planner, CurrentActor current, CancellationToken ct)
    {
        var found = await tenants.GetAsync(current.Actor, slug, ct);
        if (found.IsFailure)
        {
            return found.Error.ToProblem();
        }

        var planned = await planner.PlanAsync(TenantSlug.Create(slug).Value, ct);
        return planned.IsFailure
            ? PlatformWords.For(current.Actor, TenantSlug.Create(slug).Value, planned.Error).ToProblem()
            : planned.ToAnswer(plan => Results.Ok(PlanBody.Of(plan, current.Actor)));
    }
}

/// <summary>Body of <c>POST /tenants</c>.</summary>
/// <param name="Isolation"><c>dedicated</c> (default) or <c>shared</c>.</param>
/// <param name="Limits">What each of its principals may take of a broker; the platform's defaults where it says nothing.</param>
/// <param name="KsqlUrl">Where the tenant's own ksqlDB server answers; needed for dedicated isolation where the platform hosts none.</param>
internal sealed record TenantBody(
    string? Slug, string? Name, IsolationLevel Isolation = IsolationLevel.Dedicated, TenantLimits? Limits = null, string? KsqlUrl = null)
{
    public CreateTenantRequest ToRequest() => new(Slug, Name ?? Slug, Isolation) { Limits = Limits ?? new TenantLimits(), KsqlUrl = KsqlUrl };
}

/// <summary>A tenant is being onboarded.</summary>
internal sealed record TenantStarted(string Slug, OperationId OperationId);

/// <summary>Body of <c>PATCH /tenants/{slug}</c>: what may change of a tenant.</summary>
internal sealed record TenantChangeBody(string? Name);

/// <summary>A plan as the API shows it; without <see cref="ConnectorDetails"/> for a tenant's people.</summary>
internal sealed record PlanBody(
    IEnumerable<ChangeBody> Changes, IEnumerable<BlockedChange> Blocked, IEnumerable<PlanNote> Notes, IEnumerable<ForeignResource> Foreign, ChangeCost Cost)
{
    public static PlanBody Of(Plan plan, Actor actor) => new(
        plan.Changes.Select(change => new ChangeBody(
            change.ResourceType, change.Kind.ToString().ToLowerInvariant(), change.Resource,
            ConnectorDetails.State(change, change.Before, actor), ConnectorDetails.State(change, change.After, actor), change.Risk.ToString(), change.NeedsConfirmation)),
        plan.Blocked, plan.Notes, plan.Foreign, plan.Cost);
}

/// <summary>One change of a plan.</summary>
internal sealed record ChangeBody(string Kind, string Action, string Resource, string? Before, string? After, string Risk, bool NeedsConfirmation);

/// <summary>A stream that the tenant's queries may read.</summary>
internal sealed record StreamBody(string Name, string Kind, string Topic, IEnumerable<StreamColumnBody> Key, IEnumerable<StreamColumnBody> Columns)
{
    public static StreamBody Of(TenantStream stream) => new(
        stream.Name, "STREAM", stream.Topic,
        stream.Columns.Where(column => column.IsKey).Select(column => new StreamColumnBody(column.Name, column.Type)),
        stream.Columns.Where(column => !column.IsKey).Select(column => new StreamColumnBody(column.Name, column.Type)));
}

/// <summary>A column by name and ksql type.</summary>
internal sealed record StreamColumnBody(string Name, string Type);
