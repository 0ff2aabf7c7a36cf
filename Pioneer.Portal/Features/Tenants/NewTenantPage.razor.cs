using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Operations;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>Onboarding in three steps. The third follows the operation in the address, so that a reload goes on where it was.</summary>
public sealed partial class NewTenantPage
{
    private static readonly string[] StepNames = ["Describe", "Plan", "Apply"];

    private readonly Input _input = new();
    private Plan? _plan;
    private DateTimeOffset? _plannedAt;
    private OperationView? _detail;
    private Error? _error;
    private bool _busy;
    private bool _slugTyped;
    private string _suggestion = "";

    [SupplyParameterFromQuery(Name = "operation")]
    private Guid? Operation { get; set; }

    [SupplyParameterFromQuery(Name = "slug")]
    private string? Slug { get; set; }

    [Inject]
    public required CreateTenant CreateTenant { get; set; }

    [Inject]
    public required OperationViews Operations { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    [Inject]
    public required IKsqlHosting Ksql { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    protected override LiveTopic Topics => LiveTopic.Operations;

    private int Step => Operation is not null ? 2 : _plan is not null ? 1 : 0;

    protected override async Task LoadAsync(CancellationToken cancellationToken) =>
        _detail = Operation is { } id ? await Operations.FindAsync(new OperationId(id), cancellationToken) : null;

    private CreateTenantRequest Request => new(_input.Slug, _input.Name, _input.Isolation) { KsqlUrl = AsksForKsql ? _input.KsqlUrl : null };

    // where the platform hosts ksqlDB there is nothing to ask
    private bool AsksForKsql => _input.Isolation == IsolationLevel.Dedicated && !Ksql.HasPlaceFor(ServiceId);

    private string ServiceId => TenantSlug.Create(_input.Slug) is { IsSuccess: true, Value: var slug } ? KsqlNames.ServiceId(slug) : "<slug>_";

    // both fields of an empty form are said at once
    private bool NameIsMissing => _error?.Field is "name" or "slug" && string.IsNullOrWhiteSpace(_input.Name);

    private async Task PreviewAsync()
    {
        _busy = true;
        _error = null;
        var plan = await CreateTenant.PreviewAsync(Me.Actor, Request, Gone);
        _busy = false;
        if (plan.IsFailure)
        {
            _error = plan.Error;
            return;
        }

        (_plan, _plannedAt) = (plan.Value, Time.GetUtcNow());
    }

    private async Task CreateAsync()
    {
        _busy = true;
        var created = await CreateTenant.ExecuteAsync(Me.Actor, Request, default);
        _busy = false;
        if (created.IsFailure)
        {
            (_error, _plan) = (created.Error, null);
            Toaster.RefusedUnseen(created.Error, IsGone);
            return;
        }

        LeadTo(Navigation, PortalUrls.Onboarding(created.Value.Operation.Value, created.Value.Slug.Value), replace: true);
    }

    private void SuggestSlug()
    {
        if (!_slugTyped)
        {
            _input.Slug = _suggestion = TenantSlug.Suggest(_input.Name) ?? "";
            _error = null; // it spoke of what stood there before
        }
    }

    private void TakeSlug(string typed)
    {
        (_input.Slug, _slugTyped) = (typed, typed.Length > 0);
        if (!_slugTyped)
        {
            _suggestion = "";
        }

        var slug = TenantSlug.Create(_input.Slug);
        _error = slug.IsFailure && _input.Slug.Length >= TenantSlug.MinLength ? slug.Error : null;
    }

    private sealed class Input
    {
        public string Name { get; set; } = "";

        public string Slug { get; set; } = "";

        public IsolationLevel Isolation { get; set; } = IsolationLevel.Dedicated;

        public string KsqlUrl { get; set; } = "";
    }
}
