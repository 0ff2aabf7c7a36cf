using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>What a reconcile would do now. Read from the platform when shown; not kept.</summary>
public sealed partial class TenantPlan : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private Plan? _plan;
    private Error? _error;
    private DateTimeOffset _at;

    [Parameter, EditorRequired]
    public required string Slug { get; set; }

    /// <summary>The plan, once it is there.</summary>
    [Parameter]
    public EventCallback<Plan?> OnPlanned { get; set; }

    [Inject]
    public required TenantPlanner Planner { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // reading a whole platform takes longer than a first paint should
        if (firstRender)
        {
            await PlanAsync();
            StateHasChanged();
        }
    }

    private async Task PlanAsync()
    {
        try
        {
            var plan = await Planner.PlanAsync(TenantSlug.Parse(Slug), _gone.Token);
            (_plan, _error, _at) = (plan.IsSuccess ? plan.Value : null, plan.Error, Time.GetUtcNow());
            await OnPlanned.InvokeAsync(_plan);
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // the tab was left
        }
    }
}
